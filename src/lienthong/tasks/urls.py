"""Addresses of tasks."""

from django.urls import path

from lienthong.tasks.web import acting, discussing, lists

app_name = "tasks"
urlpatterns = [
    path("", lists.tasks, name="tasks"),
    path("export/", lists.tasks_export, name="tasks_export"),
    path("new/", acting.give, name="give"),
    path("<uuid:task_id>/", acting.task_detail, name="task_detail"),
    path("<uuid:task_id>/comment/", discussing.comment, name="comment"),
    path("<uuid:task_id>/product/", acting.task_product, name="task_product"),
    path("<uuid:task_id>/split/", acting.split, name="split"),
    path("<uuid:task_id>/direct/", acting.direct, name="direct"),
    path("<uuid:task_id>/do/<slug:verb>/", acting.act, name="act"),
]
