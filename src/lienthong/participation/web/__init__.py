"""Pages of feedback and ratings, for citizens and for officials."""
