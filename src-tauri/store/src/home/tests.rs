use super::*;

fn resolve(vars: &[(&str, &str)], os: &str) -> Result<Home, HomeError> {
    let find = |name: &str| {
        vars.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| OsString::from(value))
    };
    Home::resolve(&find, os)
}

#[test]
fn hatrack_home_moves_everything() {
    let home = resolve(
        &[
            ("HATRACK_HOME", "/h"),
            ("HOME", "/home/troy"),
            ("XDG_DATA_HOME", "/d"),
        ],
        "linux",
    )
    .unwrap();
    for path in [
        home.history(),
        home.vault(),
        home.settings(),
        home.log("agent"),
        home.socket(),
        home.agent_lock(),
    ] {
        assert!(path.starts_with("/h"), "{}", path.display());
    }
    assert_eq!(home.socket(), Path::new("/h/run/agent.sock"));
}

#[test]
fn xdg_variables_are_honoured_and_relative_or_empty_ones_ignored() {
    let home = resolve(
        &[
            ("HOME", "/home/troy"),
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_DATA_HOME", "relative"),
            ("XDG_STATE_HOME", ""),
            ("XDG_RUNTIME_DIR", "/run/user/1000"),
            ("HATRACK_HOME", ""),
        ],
        "linux",
    )
    .unwrap();
    assert_eq!(home.settings(), Path::new("/c/hatrack/settings.json"));
    assert_eq!(
        home.history(),
        Path::new("/home/troy/.local/share/hatrack/history.db")
    );
    assert_eq!(
        home.log("agent"),
        Path::new("/home/troy/.local/state/hatrack/agent.log")
    );
}

#[test]
fn a_caller_without_a_runtime_folder_finds_the_same_socket() {
    let login = [("HOME", "/home/troy"), ("XDG_RUNTIME_DIR", "/run/user/1000")];
    let (login, cron) = (
        resolve(&login, "linux").unwrap(),
        resolve(&login[..1], "linux").unwrap(),
    );
    assert_eq!(login.socket(), cron.socket());
}

#[test]
fn other_systems_have_their_own_customs() {
    let mac = resolve(&[("HOME", "/Users/troy")], "macos").unwrap();
    assert_eq!(
        mac.history(),
        Path::new("/Users/troy/Library/Application Support/Hatrack/history.db")
    );
    let windows = resolve(
        &[("APPDATA", "/r"), ("LOCALAPPDATA", "/l"), ("USERPROFILE", "/u")],
        "windows",
    )
    .unwrap();
    assert_eq!(windows.settings(), Path::new("/r/Hatrack/settings.json"));
    assert_eq!(windows.history(), Path::new("/l/Hatrack/history.db"));
}

#[test]
fn without_any_home_the_answer_is_an_error() {
    assert!(matches!(resolve(&[], "linux"), Err(HomeError::NoHome)));
}

#[test]
fn a_long_socket_path_moves_to_a_short_place_of_its_own() {
    let long = format!("/{}", "x".repeat(120));
    let home = resolve(
        &[("HATRACK_HOME", &long), ("XDG_RUNTIME_DIR", "/run/user/1000")],
        "linux",
    )
    .unwrap();
    assert!(home.socket().starts_with("/run/user/1000"));
    assert!(home.socket().as_os_str().len() <= LONGEST_SOCKET_PATH);
    assert!(home.history().starts_with(&long));
    let other = resolve(
        &[
            ("HATRACK_HOME", &format!("{long}y")),
            ("XDG_RUNTIME_DIR", "/run/user/1000"),
        ],
        "linux",
    );
    assert_ne!(home.socket(), other.unwrap().socket());
}

#[test]
fn two_homes_share_no_name() {
    let (a, b) = (Home::at(Path::new("/a")), Home::at(Path::new("/b")));
    assert_ne!(a.namespace(), b.namespace());
    assert_eq!(a.namespace(), Home::at(Path::new("/a")).namespace());
}

#[test]
fn a_sandbox_home_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    assert!(!home.is_sandbox());
    home.mark_as_sandbox().unwrap();
    assert!(home.is_sandbox());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn folders_are_closed_to_others_even_if_they_were_open() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let home = Home::at(folder.path());
        home.create().unwrap();
        for path in [folder.path(), home.runtime()] {
            assert_eq!(
                std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
                0o700
            );
        }
    }

    #[test]
    fn e59_a_planted_link_in_place_of_the_runtime_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("run")).unwrap();
        let refused = Home::at(folder.path()).create().unwrap_err();
        assert!(matches!(refused, HomeError::Folder(NotPrivate::Foreign { .. })));
    }
}
