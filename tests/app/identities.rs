//! Each thing that one can start from, in the window: a machine, a token's file, a certificate, a program, the
//! environment, the AWS CLI's own console sign-in, and keys in the vault. (Identity Center, SAML and codes have tests
//! of their own.)

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{App, Variables, hat, hat_json};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::{choose, sessions};
use crate::world::World;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What a machine and a shell beside it say of themselves.
fn of_a_machine(world: &World) -> Variables {
    let machine = &world.told["machine"];
    let keys = keys_of(world, "asi-dev");
    [
        ("AWS_EC2_METADATA_DISABLED", "false".to_owned()),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            text(&machine["metadata_endpoint"]),
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            text(&machine["container_uri"]),
        ),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            text(&machine["container_token"]),
        ),
        ("AWS_ACCESS_KEY_ID", keys.0),
        ("AWS_SECRET_ACCESS_KEY", keys.1),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// A profile's keys, as the credentials file has them.
fn keys_of(world: &World, profile: &str) -> (String, String) {
    let file = std::fs::read_to_string(text(&world.told["credentials_file"])).unwrap();
    let section = file.split(&format!("[{profile}]\n")).nth(1).unwrap();
    let value = |key: &str| {
        let line = section.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_once('=').unwrap().1.trim().to_owned()
    };
    (value("aws_access_key_id"), value("aws_secret_access_key"))
}

fn add_to_config(world: &World, profiles: &str) {
    let file = text(&world.told["config_file"]);
    let mut file = std::fs::File::options().append(true).open(file).unwrap();
    file.write_all(profiles.as_bytes()).unwrap();
}

fn is_live(desktop: &Desktop, variables: &Variables, role: &str) {
    holds(&format!("{role} is live"), || {
        let live = sessions(desktop, variables);
        live.iter().any(|session| session["role_name"] == role)
    });
}

/// The role of a data-reading user, from `source` as its identity.
fn role_from(world: &World, profile: &str, source: &str) -> String {
    let endpoint = &world.told["endpoint"].as_str().unwrap();
    format!(
        "\n[profile {profile}]\nrole_arn = arn:aws:iam::444455556666:role/ExampleBucketReader\n\
         source_profile = {source}\nregion = us-east-1\nendpoint_url = {endpoint}\n"
    )
}

#[test]
fn what_a_machine_has_switches_without_a_question() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let mut variables = world.variables();
    variables.extend(of_a_machine(&world));
    let app = App::start(&desktop, &variables, &[]);
    let [machine, kinds, anywhere] = ["machine", "kinds", "anywhere"].map(|name| &world.told[name]);
    let identities = [
        ("an instance", &machine["instance_profile"], "ReportReader"),
        ("a container", &machine["container_profile"], "ReportReader"),
        (
            "a token's file",
            &kinds["web_identity_profile"],
            "DeployFromPipeline",
        ),
        ("a certificate", &anywhere["profile"], "MeasurementReader"),
        (
            "the environment",
            &json!("asi-dev-server"),
            "readonly-asi-production-bucket",
        ),
    ];
    for (number, (what, profile, role)) in identities.into_iter().enumerate() {
        app.click("nav-roles");
        choose(&app, profile.as_str().unwrap());
        app.click("switch-button");
        app.find("session-page");
        holds(&format!("{what} has its session"), || {
            sessions(&desktop, &variables).len() == number + 1
        });
        is_live(&desktop, &variables, role);
    }
}

fn write_program(path: &Path, keys: &(String, String)) {
    let vended = json!({ "Version": 1, "AccessKeyId": keys.0, "SecretAccessKey": keys.1 });
    let program = format!(
        "#!/bin/sh\necho run >> '{0}.runs'\necho '{vended}'\n",
        path.display()
    );
    std::fs::write(path, program).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
}

/// The command is shown whole and runs after it was allowed, not before; the same command is not asked about again.
#[test]
fn b14_a_program_is_asked_about_once_and_then_vends() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let program = desktop.home().join("vend");
    write_program(&program, &keys_of(&world, "data-analyst"));
    let command = format!("{} --for analysts", program.display());
    let vended = format!("\n[profile vended]\ncredential_process = {command}\n");
    add_to_config(&world, &(vended + &role_from(&world, "vended-reader", "vended")));
    let runs = PathBuf::from(format!("{}.runs", program.display()));
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);

    app.click("nav-roles");
    choose(&app, "vended-reader");
    app.click("switch-button");
    app.text_that("command-text", "is the command", |shown| {
        shown.split_whitespace().collect::<Vec<_>>().join(" ") == command
    });
    assert!(!runs.exists(), "it ran before it was allowed");
    app.click("command-allow");
    app.find("session-page");
    is_live(&desktop, &variables, "ExampleBucketReader");
    let once = std::fs::read_to_string(&runs).unwrap();

    hat_json(&desktop, &variables, &["renew", "vended-reader"]);
    let twice = std::fs::read_to_string(&runs).unwrap();
    assert!(twice.len() > once.len(), "a renewal asks the program again");
}

/// The AWS CLI's own sign-in, `aws login`, lies in its cache; a role behind it is switched to.
#[test]
fn b13_a_console_sign_in_of_the_aws_cli_serves() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let user = "arn:aws:iam::111122223333:user/data-analyst";
    let login = format!("\n[profile console]\nlogin_session = {user}\nregion = us-east-1\n");
    add_to_config(&world, &(login + &role_from(&world, "console-reader", "console")));
    let variables = world.variables();
    sign_in_by_the_aws_cli(&desktop, &variables, user);
    let app = App::start(&desktop, &variables, &[]);

    app.click("nav-roles");
    choose(&app, "console-reader");
    app.click("switch-button");
    app.find("session-page");
    is_live(&desktop, &variables, "ExampleBucketReader");
}

/// What `aws login` leaves: a file named by the session, with credentials that end.
fn sign_in_by_the_aws_cli(desktop: &Desktop, variables: &Variables, user: &str) {
    let mut vend = desktop.command(hat());
    vend.args(["credential-process", "data-analyst"])
        .envs(variables.iter().cloned());
    let vended: Value = serde_json::from_slice(&vend.output().unwrap().stdout).unwrap();
    let held = json!({
        "accessToken": {
            "accessKeyId": vended["AccessKeyId"],
            "secretAccessKey": vended["SecretAccessKey"],
            "sessionToken": vended["SessionToken"],
            "accountId": "111122223333",
            "expiresAt": vended["Expiration"],
        },
        "tokenType": "aws_sigv4",
        "refreshToken": "unused",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "unused",
    });
    let folder = desktop.home().join(".aws/login/cache");
    std::fs::create_dir_all(&folder).unwrap();
    let name = Sha256::digest(user.as_bytes());
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.join(format!("{name}.json")), held.to_string()).unwrap();
}

/// Taken out of its file and rotated, the key is in the vault alone, and the role behind it is switched to all along.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_moves_into_the_vault_is_rotated_and_serves() {
    let desktop = Desktop::new().with_keyring().await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let (id, secret) = keys_of(&world, "troy");
    let file = || std::fs::read_to_string(text(&world.told["credentials_file"])).unwrap();
    let app = App::start(&desktop, &variables, &[]);
    let row = "[data-testid=key-row][data-profile=troy]";

    app.click("nav-settings");
    app.click("settings-keys");
    app.click_css(&format!("{row} [data-testid=key-import]"));
    app.find("removal-diff");
    assert!(file().contains(&id), "it left before it was agreed to");
    app.click("removal-confirm");
    app.find("removal-done");
    assert!(!file().contains(&id) && !file().contains(&secret));
    app.click("removal-close");
    let html = app.page().run("return document.documentElement.outerHTML", &[]);
    assert!(!html.unwrap().to_string().contains(&secret));

    app.click_css(&format!("{row} [data-testid=key-rotate]"));
    app.click("rotate-confirm");
    app.gone("rotate-dialog", &[]);
    let key = hat_json(&desktop, &variables, &["keys", "list"]);
    let key = key
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["profile"] == "troy");
    let key = key.unwrap();
    assert_eq!(key["standing"], "vault");
    assert_ne!(key["id_ends"].as_str().unwrap(), &id[id.len() - 4..]);

    crate::steps::switch(&app, world.story("S13"));
    is_live(&desktop, &variables, world.story("S13").role_name());
}

/// A file with keys alone: the roles that they may assume are found in their policies, and switched to.
#[test]
fn s14_roles_are_found_by_the_policies_of_the_keys() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let config = desktop.home().join("config");
    let endpoint = world.told["endpoint"].as_str().unwrap();
    let keys = format!("[profile asi-dev]\nregion = us-east-1\nendpoint_url = {endpoint}\n");
    std::fs::write(&config, keys).unwrap();
    let (id, secret) = keys_of(&world, "asi-dev");
    let credentials = desktop.home().join("credentials");
    let keys = format!("[asi-dev]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    std::fs::write(&credentials, keys).unwrap();
    let mut variables = world.variables();
    for (name, value) in &mut variables {
        match name.as_str() {
            "AWS_CONFIG_FILE" => *value = config.display().to_string(),
            "AWS_SHARED_CREDENTIALS_FILE" => *value = credentials.display().to_string(),
            _ => {}
        }
    }
    let app = App::start(&desktop, &variables, &[]);

    app.click("nav-roles");
    app.click("find-roles-button");
    app.click("find-identity");
    app.click_css("[data-testid=find-roles] [role=option]");
    app.click("find-run");
    app.find("found-summary");
    app.click("find-done");
    app.type_into("role-filter", "readonly-asi-production-bucket");
    app.click("role-row");
    app.click("switch-button");
    app.find("session-page");
    is_live(&desktop, &variables, "readonly-asi-production-bucket");
}
