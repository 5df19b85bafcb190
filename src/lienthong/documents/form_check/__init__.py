"""Whether a PDF has the form that NĐ 30/2020/NĐ-CP, annex I, prescribes."""
