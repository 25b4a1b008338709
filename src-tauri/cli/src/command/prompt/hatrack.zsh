__hatrack_prompt() {
  local before=$? segment
  if [[ -n ${HATRACK_ROLE-} ]]; then
    segment=$(command hat prompt --segment 2>/dev/null)
    [[ -n $segment ]] && printf '[%s] ' "$segment"
  fi
  return $before
}
setopt prompt_subst
[[ $PROMPT == *__hatrack_prompt* ]] || PROMPT='$(__hatrack_prompt)'$PROMPT
