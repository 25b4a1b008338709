use std::fs;

use hatrack_core::caller::Client;

use super::*;

const SESSION: &str = "arn:aws:iam::183438944504:user/troy";

/// As the AWS CLI writes it.
const WRITTEN: &str = r#"{"accessToken": {"accessKeyId": "ASIALOGIN", "secretAccessKey": "canary-secret", "sessionToken": "canary-token",
    "accountId": "183438944504", "expiresAt": "2026-11-22T12:15:00Z"}, "tokenType": "aws_sigv4", "refreshToken": "canary-refresh",
    "idToken": "canary-id", "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "canary-key", "of-tomorrow": [1]}"#;

fn caller(folder: &Path, vars: &[(&str, &str)]) -> CallerContext {
    let vars = vars
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CallerContext::new(Client::Hat, folder.to_owned(), vars)
}

fn file(folder: &Path, text: &str) -> LoginFile {
    let file = LoginFile::of_caller(&caller(folder, &[("AWS_LOGIN_CACHE_DIRECTORY", ".")]), SESSION).unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn the_file_is_where_the_cli_has_it_for_this_caller() {
    // SHA-256 of the session's ARN.
    let name = "4b17d6362d0aee55eabb03c10438f0a868144bcb0b737642ad377d6d3cf5221a.json";
    let of = |vars| LoginFile::of_caller(&caller(Path::new("/project"), vars), SESSION);
    let at = |vars, folder: &str| assert_eq!(of(vars).unwrap().path(), Path::new(folder).join(name));
    at(&[("HOME", "/home/troy")], "/home/troy/.aws/login/cache");
    at(
        &[("HOME", "/home/troy"), ("AWS_LOGIN_CACHE_DIRECTORY", "~/c")],
        "/home/troy/c",
    );
    at(&[("AWS_LOGIN_CACHE_DIRECTORY", "c")], "/project/c");
    assert_eq!(of(&[]), None);
}

#[test]
fn a_sign_in_is_read_and_no_secret_of_it_printed() {
    let folder = tempfile::tempdir().unwrap();
    let signed_in = file(folder.path(), WRITTEN).read().unwrap().unwrap();
    assert_eq!(signed_in.credentials.access_key_id, "ASIALOGIN");
    assert_eq!(signed_in.refresh_token.expose(), "canary-refresh");
    assert_eq!(signed_in.expires_at(), "2026-11-22T12:15:00Z".parse().unwrap());
    assert_eq!(signed_in.region, None);
    assert!(!format!("{signed_in:?}").contains("canary"));
}

#[test]
fn what_is_written_back_keeps_all_else_and_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), WRITTEN);
    let fresh = Credentials {
        access_key_id: "ASIAFRESH".into(),
        secret_access_key: Secret::new("fresh"),
        session_token: Some(Secret::new("fresh-token")),
        expires_at: Some("2026-11-22T12:30:00.5Z".parse().unwrap()),
    };
    let signed_in = file.read().unwrap().unwrap();
    file.write(&signed_in.renewed(fresh, Secret::new("next")))
        .unwrap();
    let read: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
    let mut wanted: Value = serde_json::from_str(WRITTEN).unwrap();
    wanted["refreshToken"] = "next".into();
    wanted["accessToken"]["accessKeyId"] = "ASIAFRESH".into();
    wanted["accessToken"]["secretAccessKey"] = "fresh".into();
    wanted["accessToken"]["sessionToken"] = "fresh-token".into();
    wanted["accessToken"]["expiresAt"] = "2026-11-22T12:30:00Z".into();
    assert_eq!(read, wanted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(file.path()).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn b25_half_a_sign_in_is_told_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = LoginFile::of_caller(&caller(folder.path(), &[("HOME", "/nowhere")]), SESSION).unwrap();
    assert!(nowhere.read().unwrap().is_none());
    let without = |key: &str| WRITTEN.replace(&format!("\"{key}\""), "\"other\"");
    let mut broken: Vec<String> = ["", "[]", "canary", &WRITTEN[..WRITTEN.len() / 2]]
        .map(str::to_owned)
        .into();
    for key in [
        "accessToken",
        "secretAccessKey",
        "sessionToken",
        "expiresAt",
        "refreshToken",
        "clientId",
        "dpopKey",
    ] {
        broken.push(without(key));
    }
    broken.push(WRITTEN.replace("2026-11-22T12:15:00Z", "canary"));
    broken.push(format!("{}{WRITTEN}", " ".repeat(LARGEST)));
    for text in broken {
        let failure = file(folder.path(), &text).read().unwrap_err();
        assert!(matches!(failure, LoginFailure::Broken { .. }), "{failure}");
        assert!(!format!("{failure} {failure:?}").contains("canary"));
    }
}
