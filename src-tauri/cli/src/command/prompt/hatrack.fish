function __hatrack_status
    return $argv[1]
end
if not functions -q __hatrack_fish_prompt
    functions -q fish_prompt
    and functions -c fish_prompt __hatrack_fish_prompt
    or function __hatrack_fish_prompt
        printf '> '
    end
end
function fish_prompt
    set -l before $status
    if set -q HATRACK_ROLE
        set -l segment (command hat prompt --segment 2>/dev/null)
        test -n "$segment"
        and printf '[%s] ' $segment
    end
    __hatrack_status $before
    __hatrack_fish_prompt
end
