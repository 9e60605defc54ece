# curl that signs like awscurl does (curl 7.75 or newer). To be sourced.
#
#   signed URL [OPTIONS OF CURL]
#
# Takes the caller's keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN.
signed() {
  local token=()
  [ -z "${AWS_SESSION_TOKEN:-}" ] || token=(--header "X-Amz-Security-Token: $AWS_SESSION_TOKEN")
  curl --silent --show-error --fail-with-body --aws-sigv4 "aws:amz:$AWS_DEFAULT_REGION:aps" \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "${token[@]}" "$@"
}

# refused COMMAND…: succeeds when the command fails, and prints what it said.
refused() {
  local output
  if output=$("$@" 2>&1); then
    echo "not refused: $*" >&2
    return 1
  fi
  grep . <<< "$output"
}
