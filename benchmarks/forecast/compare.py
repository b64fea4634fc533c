#!/usr/bin/env python3
"""Kith's forecasts and the reference baselines on the same origins, in one table, and the figures asked for with what was reached.

    compare.py BASELINES BENCH [--skip-times | --times]

BASELINES: folder with backtest.py and small.py, which read their data from ../data beside it. BENCH: the built forecast_bench. Needs what
the baselines need (numpy, pandas, scipy, scikit-learn) and, for the times, lifelines and scikit-survival; what is missing is left
out and said.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

# log of forecast_bench -> program and arguments that run the baselines on it
BASELINES = {
    "bpic2012": ("backtest.py", "bpic12", "H=14"),
    "bpic2012-28": ("backtest.py", "bpic12", "H=28"),
    "bpic2012-5%": ("small.py", "0.05", "4"),
    "bpic2012-2%": ("small.py", "0.02", "6"),
    "bpic2020": ("backtest.py", "bpic20"),
    "maven": ("backtest.py", "maven", "groups="),
}
SHOWN = ("c_semimarkov", "c2_sm+shock", "d_gbm+growth", "f_logitavg(c,d)+sm_arr", "b2_stage_wr", "b3_stageconv+growth", "a3_ses")
COLUMNS = ("WAPE", "nCRPS", "cov80", "width", "AUC", "Brier")
# log, measure, largest or smallest value asked for
TARGETS = [
    ("bpic2012", "nCRPS", "<=", 0.055), ("bpic2012", "AUC", ">=", 0.794), ("bpic2012", "Brier", "<=", 0.1376),
    ("bpic2012-28", "WAPE", "<=", 0.088), ("bpic2012-5%", "nCRPS", "<=", 0.186), ("bpic2012-2%", "AUC", ">=", 0.726),
    ("maven", "nCRPS", "<=", 0.064), ("bpic2020", "nCRPS", "<=", 0.153), ("bpic2020", "Brier", "<=", 0.0358),
]  # fmt: skip


def run(command, folder):
    environment = {**os.environ, "FRAIL": "stage", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def table_rows(text):
    """Every line that begins with a method's name, as {column: value} by the last heading above it."""
    rows, heading = {}, []
    for line in text.splitlines():
        words = line.split()
        small = re.match(r"\s+(\S+)\s+AUC (\S+) Brier (\S+)", line)  # small.py has no table of deals
        if small:
            rows.setdefault(small[1], {}).update(AUC=float(small[2]), Brier=float(small[3]))
        elif "WAPE" in words or "AUC" in words:
            heading = [word for word in words if word != "method"]
        elif words and len(words) == len(heading) + 1 and re.fullmatch(r"[a-f]\d?_\S+", words[0]):
            values = {name.replace("width80", "width"): float(value) for name, value in zip(heading, words[1:], strict=True)}
            row = rows.setdefault(words[0], {})
            if "WAPE" not in values or "WAPE" not in row:  # later tables are of parts of the log
                row.update(values)
        elif line.startswith("--"):
            break
    return rows


def kith_rows(bench):
    heading, rows = None, {}
    for line in run([bench], None).splitlines():
        words = line.split()
        if words and words[0] == "log":
            heading = words[1:]
        elif heading and len(words) == len(heading) + 1:
            rows[words[0]] = dict(zip(heading, map(float, words[1:]), strict=True))
    return rows


def show(name, row):
    cells = (f"{row[column]:7.4f}" if column in row else "      -" for column in COLUMNS)
    print(f"  {name:26} {' '.join(cells)}")


def show_targets(kith):
    print("\nAsked for and reached")
    for log, measure, sign, bound in TARGETS:
        value = kith[log][measure]
        met = value <= bound if sign == "<=" else value >= bound
        print(f"  {log:12} {measure:6} {sign} {bound:<7} {value:7.4f}  {'met' if met else 'missed'}")
    for log, row in kith.items():
        if "%" not in log:
            print(f"  {log:12} cov80  .75-.85  {row['cov80']:7.3f}  {'met' if 0.75 <= row['cov80'] <= 0.85 else 'missed'}")


def survival(frame):
    """Fits of scikit-survival, or none where it is not installed."""
    try:
        from sksurv.linear_model import CoxPHSurvivalAnalysis
        from sksurv.util import Surv
    except ImportError:
        return {}
    outcome = Surv.from_arrays(frame.won.astype(bool), frame.days)
    features = frame[["stage", "amount", "seg"]].to_numpy(float)
    return {"scikit-survival Cox model": lambda: CoxPHSurvivalAnalysis().fit(features / features.std(axis=0), outcome)}


R_PROGRAM = """
library(survival)
d <- read.csv(commandArgs(TRUE)[1])
d$to <- factor(d$to)
timed <- function(name, f) {
  best <- min(sapply(1:2, function(i) { t <- proc.time(); f(); sum((proc.time() - t)[1:2]) }))
  cat(name, best, "\\n", sep = "\\t")
}
timed("R survival Cox model", function() coxph(Surv(days, won) ~ amount + seg + strata(stage), data = d))
timed("R survival Aalen-Johansen", function() survfit(Surv(days, to) ~ stage, data = d, se.fit = FALSE))
if (requireNamespace("msm", quietly = TRUE)) {
  library(msm)
  p <- read.csv(commandArgs(TRUE)[2])
  n <- max(p$state)
  moves <- statetable.msm(state, case, data = p)
  rates <- matrix(0, n, n)
  rates[as.integer(rownames(moves)), as.integer(colnames(moves))] <- (moves > 0) * 0.1
  diag(rates) <- 0
  rates <- crudeinits.msm(state ~ time, case, data = p, qmatrix = rates)
  t <- proc.time()
  msm(state ~ time, subject = case, data = p, qmatrix = rates, exacttimes = TRUE, opt.method = "optim", hessian = FALSE,
      control = list(fnscale = 1e5, maxit = 200))
  cat("R msm, Markov model", sum((proc.time() - t)[1:2]), "\\n", sep = "\\t")
}
"""


def states(stays, stages, won, end):
    """Each case's states by time, 1 to `stages`, then won and lost; a case seen once says nothing. Equal times are moved apart by a tick."""
    import pandas as pd

    entered = pd.DataFrame({"case": stays.case, "time": stays.tin, "state": stays.stage + 1})
    closing = stays[stays.nxt < -1]
    state = (closing.nxt != won) + stages + 1
    closed = pd.DataFrame({"case": closing.case, "time": closing.tout, "state": state})
    still = stays[stays.nxt == -1]
    seen = pd.DataFrame({"case": still.case, "time": end, "state": still.stage + 1})
    paths = pd.concat([entered, closed, seen]).astype({"state": int}).sort_values(["case", "time"], kind="mergesort")
    by_case = paths.groupby("case")
    paths["time"] += by_case.cumcount() * 1e-6
    return paths[by_case.state.transform("size") > 1]


def times_of_r(frame, destinations, paths):
    """Processor seconds of R's survival and msm, none where R or the package is not installed: a Cox model, where stays end by stage (the
    Aalen-Johansen estimate of competing exits; without standard errors, which take it minutes), and a Markov model of the stages (once,
    likewise without standard errors)."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        table = pathlib.Path(scratch, "stays.csv")
        frame.assign(to=destinations).to_csv(table, index=False)
        by_case = pathlib.Path(scratch, "paths.csv")
        paths.to_csv(by_case, index=False)
        done = subprocess.run(["Rscript", "-e", R_PROGRAM, table, by_case], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"\nR is left out: {done.stderr.strip().splitlines()[-1]}")
    return {line.split("\t")[0]: float(line.split("\t")[1]) for line in done.stdout.splitlines() if "\t" in line}


def measure_times(baselines, bench):
    """Fitting the usual estimators to BPIC 2012's stays, against a whole forecast of Kith and its chances alone; processor time."""
    sys.path.insert(0, str(baselines))
    try:
        import loaders
        import numpy as np
        from lifelines import CoxPHFitter
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as missing:
        print(f"\nTimes are left out: {missing}")
        return
    kith = {words[0]: float(words[1]) / 1e3 for words in map(str.split, run([bench, "times"], None).splitlines()) if words[2:] == ["ms"]}
    funnel = loaders.bpic12()
    stays = funnel.soj.merge(funnel.cases[["amount", "seg"]], left_on="case", right_index=True)
    end = stays.tout.replace(np.inf, stays.tin.max() + 1)
    frame = stays.assign(days=(end - stays.tin).clip(lower=1e-4), won=(stays.nxt == loaders.WON).astype(int))
    frame = frame[["days", "won", "stage", "amount", "seg"]]
    features = frame[["stage", "amount", "seg", "days"]].to_numpy(float)
    fits = {
        "lifelines CoxPHFitter": lambda: CoxPHFitter(strata=["stage"]).fit(frame, "days", "won"),
        "scikit-learn boosting": lambda: HistGradientBoostingClassifier(max_iter=120).fit(features, frame.won).predict_proba(features),
        **survival(frame),
    }
    print(f"\nProcessor time on BPIC 2012 ({len(frame)} stays), one thread, best of three")
    for name, seconds in kith.items():
        print(f"  Kith, {name:22} {seconds * 1e3:8.1f} ms")
    destinations = stays.nxt.where(stays.nxt != -1, "").astype(str).str.replace(".0", "", regex=False)
    peers = times_of_r(frame, destinations, states(funnel.soj, len(funnel.stages), loaders.WON, stays.tin.max() + 1))
    for name, fit in fits.items():
        times = []
        for _ in range(3):
            begin = time.process_time()
            fit()
            times.append(time.process_time() - begin)
        peers[name] = min(times)
    for name, taken in peers.items():
        ratios = "".join(f"  {taken / seconds:6.1f} x {what}" for what, seconds in kith.items())
        print(f"  {name:28} {taken * 1e3:8.1f} ms{ratios}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    baselines, bench = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    if "--times" in sys.argv:
        measure_times(baselines, bench)
        return
    kith = kith_rows(bench)
    with tempfile.TemporaryDirectory() as scratch:
        for log, (program, *arguments) in BASELINES.items():
            print(f"\n{log}\n  {'':26} {' '.join(f'{column:>7}' for column in COLUMNS)}")
            show("Kith", kith[log])
            rows = table_rows(run([sys.executable, baselines / program, *arguments], scratch))
            for method in SHOWN:
                if method in rows:
                    show(method, rows[method])
            sys.stdout.flush()
    show_targets(kith)
    if "--skip-times" not in sys.argv:
        measure_times(baselines, bench)


if __name__ == "__main__":
    main()
