"""Checks signatures with Twilio's own validator.

In: a JSON list of {"token", "url", "params": [[name, value], ...], "signature"}. Out: a JSON list of booleans.
"""
import json
import sys

from twilio.request_validator import RequestValidator
from twilio.base.version import Version  # noqa: F401  (fails early if the SDK is only half installed)


class MultiDict(dict):
    """Repeated names, as web frameworks hand them to the SDK."""

    def __init__(self, pairs):
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getall(self, name):
        return self[name]


verdicts = []
for case in json.load(sys.stdin):
    validator = RequestValidator(case["token"])
    params = case["params"] if isinstance(case["params"], str) else MultiDict(case["params"])
    verdicts.append(bool(validator.validate(case["url"], params, case["signature"])))
json.dump(verdicts, sys.stdout)
