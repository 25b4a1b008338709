//! `hat discover`.

use hatrack_sandbox::{Effect, On};
use serde_json::{Value, json};

use crate::stage::Stage;

fn found(value: &Value) -> Vec<&Value> {
    value["roles"].as_array().unwrap().iter().collect()
}

#[test]
fn s14_a_role_that_a_groups_policy_names_is_found() {
    let stage = Stage::set();
    let story = stage.story("S14");
    let told = stage.json(["discover", "asi-dev", "--json"]);
    assert_eq!(told["start"], "asi-dev");
    assert!(told["who"].as_str().unwrap().ends_with(":user/asi-dev"), "{told}");
    let policies = &told["policies"];
    assert_eq!(
        (&policies["policies"], &policies["unread"]),
        (&json!(2), &json!([]))
    );
    let roles = found(&told);
    let role = roles
        .iter()
        .find(|role| role["arn"] == json!(story.role_arn))
        .unwrap();
    // A profile names it already, so it is that row.
    assert_eq!(role["candidate"], json!(false));
    assert_eq!(role["also_in"], json!(["Policies of asi-dev"]));

    let overview = stage.json(["discover", "--list", "--json"]);
    assert_eq!(overview[0]["start"], "asi-dev");
    assert_eq!(
        found(&stage.json(["discover", "asi-dev", "--list", "--json"])).len(),
        roles.len()
    );
    stage.run(["discover", "asi-dev", "--forget"]).succeeded();
    assert_eq!(stage.json(["discover", "--list", "--json"]), json!([]));
    stage.run(["discover", "asi-dev", "--forget"]).failed(1);
}

#[test]
fn b17_an_organization_that_may_not_be_listed_is_said_and_the_policies_count() {
    let stage = Stage::set();
    let ran = stage.run([
        "discover",
        "asi-dev",
        "--organization",
        "--role-name",
        "Audit-{account}",
    ]);
    let out = ran.succeeded().to_owned();
    assert!(out.contains("named by a policy"), "{out}");
    assert!(
        ran.err.contains("not read: ListAccounts: AccessDeniedException"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("Reading its own policies"), "{}", ran.err);
    let told = stage.json(["discover", "asi-dev", "--organization", "--json"]);
    assert!(told["organization"]["unread"]["request_id"].is_string(), "{told}");
    assert_eq!(told["organization"]["read_at"], json!(null));
}

#[test]
fn b28_a_list_of_policies_that_goes_round_takes_nothing_else_away() {
    let stage = Stage::set();
    let page = "<ListGroupsForUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
                <ListGroupsForUserResult><Groups/><IsTruncated>true</IsTruncated><Marker>again</Marker>\
                </ListGroupsForUserResult></ListGroupsForUserResponse>";
    stage.admin().inject(
        On::Operation("ListGroupsForUser".into()),
        1000,
        Effect::Respond {
            status: 200,
            content_type: "text/xml".into(),
            body: page.into(),
        },
    );
    let told = stage.json(["discover", "asi-dev", "--json"]);
    assert_eq!(told["policies"]["policies"], json!(0));
    let why = told["policies"]["unread"][0]["why"].as_str().unwrap();
    assert!(why.contains("circle"), "{why}");
}

#[test]
fn what_was_found_is_listed_and_forgotten_by_the_word_that_looked_for_it() {
    let stage = Stage::set();
    // A part of the name of one profile.
    let word = "asi-production-without-bucket";
    let found = stage.json(["discover", word, "--json"]);
    assert_ne!(found["start"], json!(word), "the catalog's key is another word");
    let listed = stage.json(["discover", word, "--list", "--json"]);
    assert_eq!(listed["start"], found["start"]);
    stage.run(["discover", "asi-dev", "--list"]).failed(1);
    stage.run(["discover", "nobody-at-all", "--list"]).failed(2);
    stage.run(["discover", word, "--forget"]).succeeded();
    assert_eq!(stage.json(["discover", "--list", "--json"]), json!([]));
}

#[test]
fn history_tells_who_looked_how_many_roles_came_of_it_and_what_was_refused() {
    let stage = Stage::set();
    let found = stage.json(["discover", "asi-dev", "--organization", "--json"]);
    let rows = stage.json(["history", "--event", "discover", "--json"]);
    let row = &rows[0];
    assert_eq!(
        (&row["outcome"], &row["profile"], &row["client"]),
        (&json!("ok"), &json!("asi-dev"), &json!("hat"))
    );
    let detail = row["detail"].as_str().unwrap();
    assert!(detail.contains(found["who"].as_str().unwrap()), "{detail}");
    assert!(detail.contains("ListAccounts"), "{detail}");
    assert_eq!(row["request_id"], found["organization"]["unread"]["request_id"]);
}

#[test]
fn what_is_no_name_of_a_role_or_names_nobody_is_wrong_usage() {
    let stage = Stage::set();
    let wrong = stage.run(["discover", "asi-dev", "--organization", "--role-name", "Org*"]);
    assert!(wrong.failed(2).contains("no role's name"), "{wrong:?}");
    // There are several identities, and none is named.
    assert!(stage.run(["discover"]).failed(2).contains("name one of"));
    stage.run(["discover", "nobody-at-all"]).failed(2);
}
