"""Fills a Slipway's audit log directly, with the hashes that a sequencer would have chained.

It is written from the description in docs/guide/audit.md and not from the program's code, so that `slipway audit verify` says
whether the two agree. `fill.py COUNT ORGANIZATION POSITION HASH FILE`: rows as CSV into FILE, or into the SQLite database that
FILE names.
"""

import csv
import hashlib
import json
import sqlite3
import struct
import sys

EPOCH_MS = 1_577_836_800_000
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
ACTIONS = ["run.created", "run.planned", "run.confirmed", "run.applied", "variable.updated", "workspace.locked",
           "workspace.unlocked", "state-version.created", "state-version.downloaded", "token.created"]
COLUMNS = ["id", "organization_id", "project_id", "action", "actor_kind", "actor_id", "actor_name", "object_kind", "object_id",
           "object_name", "access_id", "changes", "request_id", "remote_address", "created_at", "position", "hash"]


def base36(number, length):
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits


def rows(count, organization, position, previous):
    began = 1_760_000_000_000
    for number in range(count):
        at = began + number * 2_000
        action = ACTIONS[number * 7 % 10] if number % 5000 else "organization.updated"
        workspace = f"ws-{number % 2000:016d}"
        changes = json.dumps({"key": f"v{number % 500}", "serial": number}, separators=(",", ":"), sort_keys=True)
        position += 1
        row = {
            "id": f"evt-{base36(at - EPOCH_MS, 8)}{base36(number, 8)}", "organization_id": organization,
            "project_id": f"prj-{number % 40:016d}", "action": action, "actor_kind": "user",
            "actor_id": f"user-{number % 300:016d}", "actor_name": f"person{number % 300}",
            "object_kind": action.split(".")[0], "object_id": f"run-{number:016d}", "object_name": f"shop{number % 2000}",
            "access_id": workspace, "changes": changes, "request_id": f"req-{number // 2:016x}",
            "remote_address": f"192.0.2.{number % 250}", "created_at": at, "position": position,
        }
        fields = [previous, str(position), row["id"], organization, row["project_id"], action, row["actor_kind"],
                  row["actor_id"], row["actor_name"], row["object_kind"], row["object_id"], row["object_name"],
                  row["access_id"], changes, row["request_id"], row["remote_address"], str(at)]
        digest = hashlib.sha256()
        for field in fields:
            text = field.encode()
            digest.update(struct.pack(">Q", len(text)))
            digest.update(text)
        previous = row["hash"] = digest.hexdigest()
        yield [row[column] for column in COLUMNS]


def main():
    count, organization, position, previous, target = sys.argv[1:]
    made = rows(int(count), organization, int(position), previous)
    if target.endswith(".csv"):
        with open(target, "w", newline="") as file:
            csv.writer(file).writerows(made)
        return
    connection = sqlite3.connect(target, timeout=30)
    marks = ",".join("?" * len(COLUMNS))
    connection.executemany(f"INSERT INTO events ({','.join(COLUMNS)}) VALUES ({marks})", made)
    connection.commit()


main()
