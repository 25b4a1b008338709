//! `hat prompt`, in the shells themselves.

use std::process::Command;

use crate::stage::{HAT, Ran, Stage};

/// Runs a script in a shell that finds `hat` by its name.
fn shell(stage: &Stage, program: &[&str], script: &str) -> Ran {
    let mut shell = Command::new(program[0]);
    stage.dress(&mut shell);
    let folder = std::path::Path::new(HAT).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    shell
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "dumb");
    Ran::of(shell.args(&program[1..]).args(["-c", script]).output().unwrap())
}

/// What a shell showed, the time left as `T`: a session of an hour has just begun.
fn shown(ran: &Ran) -> String {
    ran.succeeded().replace(" 1h00m]", " T]").replace(" 59m]", " T]")
}

/// The account and the role of the session, as a prompt names them.
fn name(stage: &Stage) -> String {
    let session = stage.json(["switch", "stuzio", "--json"]);
    let account = session["account_id"].as_str().unwrap();
    let role = session["role_name"].as_str().unwrap();
    let views = stage.json(["sessions", "--json"]);
    let named = views[0]["account_name"].as_str().unwrap_or(account);
    let named: String = named
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("{named}/{role}")
}

#[test]
fn bash_shows_the_session_and_forgets_it_with_the_exports() {
    let stage = Stage::set();
    let name = name(&stage);
    let script = r#"
        PS1='\$ '
        eval "$(hat prompt --shell bash)"; eval "$(hat prompt --shell bash)"
        printf '<%s>' "${PS1@P}"
        eval "$(hat env stuzio --shell bash)"
        printf '<%s>' "${PS1@P}"
        (exit 7); printf '%s' "${PS1@P}" >/dev/null; (exit 7); __hatrack_prompt >/dev/null; printf '%s' $?
        eval "$(hat env --unset --shell bash)"
        printf '<%s>' "${PS1@P}""#;
    let ran = shell(&stage, &["bash", "--norc"], script);
    let shown = shown(&ran);
    let expected = [
        format!("<# ><[{name} T] # >7<# >"),
        format!("<$ ><[{name} T] $ >7<$ >"),
    ];
    assert!(expected.contains(&shown), "{ran:?}");
}

#[test]
fn zsh_shows_the_session_and_forgets_it_with_the_exports() {
    let stage = Stage::set();
    let name = name(&stage);
    let script = r#"
        PROMPT='> '
        eval "$(hat prompt --shell zsh)"; eval "$(hat prompt --shell zsh)"
        show() { print -rn -- "<${(%%)${(e)PROMPT}}>"; }
        show
        eval "$(hat env stuzio --shell zsh)"; show
        (exit 7); __hatrack_prompt >/dev/null; print -rn -- $?
        eval "$(hat env --unset --shell zsh)"; show"#;
    let ran = shell(&stage, &["zsh", "-f"], script);
    assert_eq!(shown(&ran), format!("<> ><[{name} T] > >7<> >"), "{ran:?}");
}

#[test]
fn fish_shows_the_session_and_forgets_it_with_the_exports() {
    let stage = Stage::set();
    let name = name(&stage);
    let script = "
        function fish_prompt; printf '%s> ' $status; end
        hat prompt --shell fish | source; hat prompt --shell fish | source
        fish_prompt
        hat env stuzio --shell fish | source
        __hatrack_status 7; fish_prompt
        hat env --unset --shell fish | source
        true; fish_prompt";
    let ran = shell(&stage, &["fish", "--no-config"], script);
    assert_eq!(shown(&ran), format!("0> [{name} T] 7> 0> "), "{ran:?}");
}

#[test]
fn inside_exec_the_role_is_shown_without_minutes() {
    let stage = Stage::set();
    let name = name(&stage);
    let ran = stage.run(["exec", "stuzio", "--", HAT, "prompt", "--segment"]);
    assert_eq!(ran.succeeded(), format!("{name}\n"));
}

#[test]
fn starships_module_is_toml_that_asks_for_the_segment() {
    let stage = Stage::set();
    let text = stage.run(["prompt", "--shell", "starship"]);
    let text = text.succeeded();
    assert!(text.contains("\n[custom.hatrack]\n") && text.contains("command = \"hat prompt --segment\""));
    // The login shell decides where none is named.
    let zsh = stage.hat(["prompt"]).env("SHELL", "/bin/zsh").output().unwrap();
    assert!(Ran::of(zsh).succeeded().contains("prompt_subst"));
    let none = stage.hat(["prompt"]).env("SHELL", "/bin/tcsh").output().unwrap();
    Ran::of(none).failed(2);
}

#[test]
fn a_segment_asks_no_agent() {
    let stage = Stage::set();
    let mut hat = stage.hat(["prompt", "--segment"]);
    hat.env("HATRACK_ROLE", "acme/Reader")
        .env("AWS_ACCESS_KEY_ID", "ASIA");
    assert_eq!(Ran::of(hat.output().unwrap()).succeeded(), "acme/Reader\n");
    stage.run(["agent", "--status"]).failed(1);
    assert_eq!(stage.run(["prompt", "--segment"]).succeeded(), "");
}
