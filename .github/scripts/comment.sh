#!/usr/bin/env bash
# Puts a stack's preview into a comment of the pull request: the same comment every time.
# Environment: GH_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST.
set -euo pipefail
stack=$1 preview=$2
marker="<!-- preview of $stack -->"
if [ ! -s "$preview" ]; then
  echo "No preview was made: there is nothing to say."
  exit 0
fi
{
  printf '%s\n<details><summary>Preview of <code>%s</code></summary>\n\n~~~~~~diff\n' "$marker" "$stack"
  # A comment holds 65,536 characters. The summary stands at the end: that is the part to keep. In a diff's colours,
  # a sign must begin its line.
  tail -c 60000 "$preview" | sed -E 's/^( +)(\+\+|--|\+-|-\+|[-+~]) /\2\1 /'
  printf '~~~~~~\n</details>\n'
} > "$preview.md"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
before=$(MARKER=$marker gh api --paginate "$comments" \
  --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id' | head -n 1)
if [ -n "$before" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$before" --field body=@"$preview.md"
else
  gh api --silent --method POST "$comments" --field body=@"$preview.md"
fi
