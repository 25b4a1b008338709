__hatrack_prompt() {
  local before=$? segment
  if [ -n "${HATRACK_ROLE-}" ]; then
    segment=$(command hat prompt --segment 2>/dev/null)
    [ -n "$segment" ] && printf '[%s] ' "$segment"
  fi
  return "$before"
}
case ${PS1-} in
  *__hatrack_prompt*) ;;
  *) PS1='$(__hatrack_prompt)'${PS1-} ;;
esac
