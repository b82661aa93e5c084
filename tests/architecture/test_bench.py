"""What `make bench` writes is read by programs: its shape is held here, on a run too small to say anything of speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measures import Goal, as_table, measure

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "value", "unit", "reference", "ratio", "goal", "ok"}


def test_a_tiny_run_writes_a_list_of_measures(tmp_path, migrated):
    written = tmp_path / "new" / "bench.json"
    names = ["web.documents.list.signed_in", "web.worker.rss_mb"]
    sizes = ["--documents", "60", "--people", "12", "--rooms", "14", "--publications", "8", "--hidden", "10"]
    made = ["--tables", str(migrated / "puebla.sqlite3"), "--output", str(written)]

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", *names, *sizes, *made],
        cwd=ROOT, env=os.environ | {"PUEBLA_ENV": "demo"}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(written.read_text())
    assert [one["name"] for one in found] == names
    assert all(set(one) == KEYS and isinstance(one["ok"], bool) and one["value"] > 0 for one in found)
    assert found[0]["ratio"] and found[1]["ratio"] is None


@pytest.mark.parametrize(
    ("value", "reference", "goal", "ok"),
    [
        (3, 100, Goal(0.02), True),
        (1, 100, Goal(0.02), False),
        (120, 100, Goal(1.1, at_least=False), False),
        (150, None, Goal(200, at_least=False), True),
        (7, None, None, True),
    ],
)
def test_the_goal_judges_the_ratio_or_the_value_that_stands_alone(value, reference, goal, ok):
    judged = measure("a.name", value, "unit", reference=reference, goal=goal)

    assert judged.ok is ok
    assert ("MISSED" in as_table([judged])) is not ok


def test_a_tiny_run_measures_the_statistics_beside_a_server_and_a_file(tmp_path):
    written = tmp_path / "bench.json"
    names = ["siemmes.series", "siemmes.aggregate.all", "siemmes.export.csv", "siemmes.store.bytes_per_obs"]

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--observations", "3120", "--only", *names, "--output", str(written)],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=240,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    found = {one["name"]: one for one in json.loads(written.read_text())}
    assert list(found) == names
    assert all(one["value"] > 0 for one in found.values())
    assert found["siemmes.series"]["reference"] > 0


def test_the_peak_of_a_process_does_not_count_what_the_one_that_started_it_held():
    held = b"x" * (256 << 20)

    done = subprocess.run(
        [sys.executable, "-c", "from benchmarks.memory import peak_mb; print(peak_mb())"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert 1 < float(done.stdout) < len(held) >> 21
