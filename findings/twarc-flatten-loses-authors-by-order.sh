#!/usr/bin/env bash
# Seen: twarc 2.14.0. `twarc2 flatten` moves authors and media from `includes` into each post. Whether a post that is quoted
#   by a reposted one gets its author depends on the order of `includes.tweets`: if the quoting post stands before the quoted
#   one, the quoted one keeps its `author_id` only, though its author is in `includes.users`. X promises no order there.
# Expected: "all expansions inline" in any order (docstring of `flatten`: "Flatten an API response by moving all "included"
#   entities inline with the tweets they are referenced from").
# Output: author of the quoted post, quoted one first: wim; quoting one first: None
# Here: an author two levels down is taken from the mentions of the posts around it, and a post without its author's name
#   replaces no stored name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twarc==2.14.0
cat >"$folder/seen.py" <<'PYTHON'
import copy
import sys

from twarc.expansions import flatten

quoted = {"id": "1", "text": "deep", "author_id": "13"}
quoting = {"id": "2", "text": "mid", "author_id": "14", "referenced_tweets": [{"type": "quoted", "id": "1"}]}
repost = {"id": "3", "text": "RT", "author_id": "15", "referenced_tweets": [{"type": "retweeted", "id": "2"}]}
users = [{"id": "13", "username": "wim"}, {"id": "14", "username": "eva"}, {"id": "15", "username": "ada"}]


def seen(tweets):
    page = {"data": [repost], "includes": {"users": users, "tweets": tweets}}
    (line,) = flatten(copy.deepcopy(page))
    return line["referenced_tweets"][0]["referenced_tweets"][0].get("author", {}).get("username")


first, last = seen([quoted, quoting]), seen([quoting, quoted])
print(f"author of the quoted post, quoted one first: {first}; quoting one first: {last}")
sys.exit(0 if (first, last) == ("wim", None) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
