"""`hat policy lint` on AWS's own managed policies, as moto keeps them: what it finds in them had better be so."""

import json
import subprocess

from moto.iam.aws_managed_policies import aws_managed_policies_data

MANAGED = json.loads(aws_managed_policies_data)


def lint(hat_binary, folder):
    files = sorted(file.name for file in folder.iterdir())
    done = subprocess.run(
        [str(hat_binary), "policy", "lint", "--json", *files], cwd=folder, capture_output=True, text=True, timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_awss_own_policies_are_sound(hat_binary, tmp_path):
    """No error and no warning. Their size is not looked at: AWS's own are not bound by the customers' limit. Nor are the
    names of their actions: the list of actions has them from these policies."""
    assert len(MANAGED) > 1000
    for name, policy in MANAGED.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(policy["Document"], indent=2))
    reports = lint(hat_binary, tmp_path)
    assert len(reports) == len(MANAGED)
    wrong = [
        (report["file"], finding["line"], finding["what"])
        for report in reports for finding in report["findings"]
        if finding["severity"] != "note" and finding["check"] not in ("too_large", "unknown_action")
    ]
    assert wrong == []


def test_explain_has_words_for_each_of_them(hat_binary, tmp_path):
    for name in list(MANAGED)[::50]:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(MANAGED[name]["Document"]))
        done = subprocess.run(
            [str(hat_binary), "policy", "explain", "--json", str(file)], capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["kind"] == "identity"
        assert all(statement["sentence"] and not statement["unknown"] for statement in told["statements"])
