"""Which attacks succeed on stock nbgrader: `python tests/attacks/stock.py [FAMILY ...]`.

Runs with this user's rights and without protection; attacks that reach out of their process are
left out.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from batch import FAMILIES, NEIGHBOURS, SECRETS, Listener, Outcome, filled
from plain_course import ASSIGNMENT, POINTS


def main(names: list[str]) -> None:
    """Print what each attack gains, and whether the run came to an end."""
    attacks = [a for name in names or FAMILIES for a in FAMILIES[name] if not a.reaches_out]
    with tempfile.TemporaryDirectory(prefix="attacks-stock-") as folder:
        listener = Listener(Path(folder))
        course = filled(Path(folder), listener, attacks)
        done = course.run("nbgrader", "autograde", ASSIGNMENT, ok=False)
        outcome = Outcome(course, done.returncode, done.stderr, {}, course.points())
        succeeded = 0
        for attack in attacks:
            found = {task: outcome.points.get(attack.name, {}).get(task) or 0.0 for task in POINTS}
            wrong = {t: points for t, points in found.items() if points != attack.points[t]}
            outputs = outcome.outputs(attack.name) if attack.name in outcome.points else ""
            leaked = [secret for secret in SECRETS if secret in outputs]
            succeeded += bool(wrong or leaked)
            print(
                f"{attack.name:45} {'wrong points ' + str(wrong) if wrong else '':50} {leaked or ''}"
            )
        graded = [student for student in NEIGHBOURS if student in outcome.points]
        print(
            f"{succeeded} of {len(attacks)} succeed; neighbours graded: {graded}; exit {done.returncode}; connections: {listener.close()}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
