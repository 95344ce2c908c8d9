"""Times `wuzha identify bench` beside fastText and scikit-learn, in one run.

Usage: python3 crates/recognition/benches/compare.py WUZHA_BINARY [WORK_DIR]

Makes a virtual environment in WORK_DIR (default: a temporary folder), installs
`fasttext` and `scikit-learn` from the package index, trains both on our training
messages and times all three on our test messages, one thread, message by message.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def rows(side):
    for path in sorted(glob.glob(os.path.join(DATA, side, "*.jsonl"))):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row["text"].replace("\n", " "), row["label"]


def timed(name, judge, texts, seconds=3.0):
    for text in texts[:50]:
        judge(text)
    started, n = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        for text in texts:
            judge(text)
        n += len(texts)
    rate = n / (time.perf_counter() - started)
    print(f"{name:52} {rate:12,.0f} messages/s", flush=True)
    return rate


def inside(work):
    """Runs in the virtual environment."""
    import fasttext
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    train, test = list(rows("train")), [text for text, _ in rows("test")]
    path = os.path.join(work, "train.txt")
    with open(path, "w", encoding="utf-8") as out:
        for text, label in train:
            out.write(f"__label__{label} {' '.join(text)}\n")
    spaced = [" ".join(text) for text in test]
    for name, dim, grams in [("small: 3-grams, dim 50", 50, 3), ("like features: 4-grams, dim 100", 100, 4)]:
        fast = fasttext.train_supervised(path, epoch=25, wordNgrams=grams, dim=dim, thread=1, verbose=0)
        # As users of the package call it, and the bound function itself, without
        # the Python wrapper's array handling: the lower bound of what it costs.
        timed(f"fastText predict, {name}", fast.predict, spaced)
        timed(f"fastText bound f., {name}", lambda text: fast.f.predict(text + "\n", 1, 0.0, "strict"), spaced)
    svc = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 4)), LinearSVC())
    svc.fit([text for text, _ in train], [label for _, label in train])
    timed("scikit-learn LinearSVC (one by one)", lambda text: svc.predict([text]), test)
    started = time.perf_counter()
    svc.predict(test)
    print(f"{'scikit-learn LinearSVC (batch)':52} {len(test) / (time.perf_counter() - started):12,.0f} messages/s")


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--inside":
        return inside(sys.argv[2])
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    work = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
    python = os.path.join(work, "venv", "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(work, "venv")], check=True)
        packages = ["numpy<2", "scikit-learn", "fasttext"]
        done = subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=False)
        if done.returncode:
            # Where no compiler is at hand: the same library, already built.
            packages[-1] = "fasttext-wheel"
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    test = os.path.join(DATA, "test")
    ours = subprocess.run([sys.argv[1], "identify", "bench", "--data", test, "--rounds", "60"],
                          check=True, capture_output=True, text=True)
    print(f"{'wuzha identify':52} {json.loads(ours.stdout)['per_second']:12,.0f} messages/s")
    print(ours.stdout.strip(), flush=True)
    subprocess.run([python, os.path.abspath(__file__), "--inside", work], check=True,
                   env={**os.environ, **ONE_THREAD})


main()
