//! Links that name a role.

use hatrack_core::account::HatColour;
use hatrack_core::catalog::{NotASwitchLink, SwitchLink};

fn link(text: &str) -> SwitchLink {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn refusal(text: &str) -> NotASwitchLink {
    match text.parse::<SwitchLink>() {
        Err(why) => why,
        Ok(link) => panic!("{text}: {link:?}"),
    }
}

#[test]
fn the_consoles_links_of_every_partition_are_read() {
    for (host, partition) in [
        ("signin.aws.amazon.com", "aws"),
        ("eu-west-1.signin.aws.amazon.com", "aws"),
        ("SIGNIN.AWS.AMAZON.COM", "aws"),
        ("signin.amazonaws.cn", "aws-cn"),
        ("cn-north-1.signin.amazonaws.cn", "aws-cn"),
        ("signin.amazonaws-us-gov.com", "aws-us-gov"),
        ("us-gov-west-1.signin.amazonaws-us-gov.com", "aws-us-gov"),
        ("signin.amazonaws-eusc.eu", "aws-eusc"),
        ("eusc-de-east-1.signin.amazonaws-eusc.eu", "aws-eusc"),
    ] {
        let text = format!(
            " https://{host}/switchrole?account=081278057606&roleName=team%2Fa%2FReader&displayName=Stuzio%20%26%20co&color=F2B0A9\n"
        );
        let link = link(&text);
        let arn = format!("arn:{partition}:iam::081278057606:role/team/a/Reader");
        assert_eq!(link.role.to_string(), arn, "{host}");
        assert_eq!(link.display_name.as_deref(), Some("Stuzio & co"));
        assert_eq!((link.colour, link.external_id), (Some(HatColour::Red), None));
    }
}

#[test]
fn what_a_link_leaves_out_is_left_out() {
    let link = link(
        "https://signin.aws.amazon.com/switchrole/?roleName=Reader&account=0812-7805-7606&src=nav&color=mauve",
    );
    assert_eq!(link.role.to_string(), "arn:aws:iam::081278057606:role/Reader");
    assert_eq!((link.display_name, link.colour), (None, None));
}

#[test]
fn a_plus_sign_of_a_roles_name_survives_however_it_is_written() {
    for name in ["a+b", "a%2Bb"] {
        let text = format!("https://signin.aws.amazon.com/switchrole?account=081278057606&roleName={name}");
        assert_eq!(link(&text).role.role_name(), "a+b");
    }
}

#[test]
fn an_alias_is_refused_and_said_to_be_one() {
    let text = "https://signin.aws.amazon.com/switchrole?account=stuzio-prod&roleName=Reader";
    assert_eq!(refusal(text), NotASwitchLink::Alias("stuzio-prod".into()));
    assert!(refusal(text).to_string().contains("12-digit ID"));
}

#[test]
fn what_is_no_link_to_a_role_is_refused() {
    let rest = "account=081278057606&roleName=Reader";
    for text in [
        "",
        "stuzio",
        "arn:aws:iam::081278057606:role/Reader",
        &format!("http://signin.aws.amazon.com/switchrole?{rest}"),
        &format!("javascript://signin.aws.amazon.com/switchrole?{rest}"),
        &format!("file://signin.aws.amazon.com/switchrole?{rest}"),
        &format!("https://signin.aws.amazon.com.evil.example/switchrole?{rest}"),
        &format!("https://evil-signin.aws.amazon.com/switchrole?{rest}"),
        &format!("https://evil.example.signin.aws.amazon.com/switchrole?{rest}"),
        &format!("https://eu-west-1.signin.amazonaws.cn/switchrole?{rest}"),
        &format!("https://signin.aws.amazon.com@evil.example/switchrole?{rest}"),
        &format!("https://me:pass@signin.aws.amazon.com/switchrole?{rest}"),
        &format!("https://signin.aws.amazon.com:8443/switchrole?{rest}"),
        &format!("https://signin.aws.amazon.com/oauth?{rest}"),
        &format!("https://signin.aws.amazon.com/../switchrole/x?{rest}"),
        "hatrack://run?account=081278057606&role=Reader",
        "hatrack://switch/now?account=081278057606&role=Reader",
        "hatrack:switch?account=081278057606&role=Reader",
        &format!(
            "https://signin.aws.amazon.com/switchrole?{rest}&x={}",
            "x".repeat(5000)
        ),
    ] {
        assert!(matches!(refusal(text), NotASwitchLink::Form(_)), "{text}");
    }
    for (text, what) in [
        (
            "https://signin.aws.amazon.com/switchrole?roleName=Reader",
            "account",
        ),
        (
            "https://signin.aws.amazon.com/switchrole?account=081278057606",
            "role",
        ),
        ("hatrack://switch?account=081278057606&role=", "role"),
    ] {
        assert_eq!(refusal(text), NotASwitchLink::Missing(what), "{text}");
    }
    let twice = format!("https://signin.aws.amazon.com/switchrole?{rest}&account=444455556666");
    assert_eq!(refusal(&twice), NotASwitchLink::Twice("account".into()));
    let unknown = "hatrack://switch?account=081278057606&role=Reader&run=now";
    assert_eq!(refusal(unknown), NotASwitchLink::Unknown("run".into()));
}

#[test]
fn a9_hostile_names_are_refused_and_told_as_inert_text() {
    let ours = "hatrack://switch?account=081278057606&role";
    for text in [
        format!("{ours}=a%0Ab"),
        format!("{ours}=%24(id)"),
        format!("{ours}=Reader&name=%E2%80%AEevil"),
        format!("{ours}=Reader&name=%1B%5B2J"),
        format!("{ours}=Reader&name=%FF%FE"),
        format!("{ours}=Reader&colour=%3Cimg%3E"),
        format!("{ours}=Reader&partition=aws%0A"),
        format!("{ours}=Reader&external_id=a%20b"),
        "https://signin.aws.amazon.com/switchrole?account=%E2%80%AE081278057606&roleName=R".to_owned(),
    ] {
        let message = refusal(&text).to_string();
        let steers = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!message.contains(steers), "{text}: {message:?}");
    }
}

#[test]
fn a_link_of_ours_reads_back_as_it_was_made() {
    for role in [
        "arn:aws:iam::081278057606:role/Reader",
        "arn:aws-cn:iam::081278057606:role/team/a+b=c,d.e@f-g",
    ] {
        for full in [false, true] {
            let made = SwitchLink {
                role: role.parse().unwrap(),
                display_name: full.then(|| "Stuzio & co #1 ÿ+%".into()),
                colour: full.then_some(HatColour::Teal),
                external_id: full.then(|| "stuzio/acme:1".parse().unwrap()),
            };
            assert_eq!(link(&made.to_string()), made);
            let of_console = link(&made.for_console());
            assert_eq!(
                (of_console.role, of_console.display_name),
                (made.role, made.display_name)
            );
        }
    }
}
