"""Jobs are enqueued in the transaction that needs them."""

from contextlib import suppress

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.kernel.jobs import enqueue


class ChangedMyMind(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_job_exists_only_if_its_transaction_commits() -> None:
    with suppress(ChangedMyMind), transaction.atomic():
        enqueue("kernel.collect_garbage", timestamp=1)
        raise ChangedMyMind
    assert ProcrastinateJob.objects.count() == 0
    with transaction.atomic():
        enqueue("kernel.collect_garbage", timestamp=1)
    assert ProcrastinateJob.objects.get().task_name == "kernel.collect_garbage"


@pytest.mark.django_db
def test_arguments_and_lock_go_with_the_job() -> None:
    enqueue("kernel.collect_garbage", lock="one at a time", timestamp=7)
    job = ProcrastinateJob.objects.get()
    assert (job.args, job.lock) == ({"timestamp": 7}, "one at a time")
