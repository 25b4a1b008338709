//! New access, written down and proven.

use super::*;
use crate::broker::Random;
use crate::policy::compose::{
    BucketAccess, Composed, DirectWish, Machine, MachineWish, NotComposed, Place, RoleTrust, RoleWish, Wish,
    compose,
};
use crate::policy::lint::{Known, lint};

pub(super) struct Fixed(pub u8);

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

pub(super) fn wish() -> RoleWish {
    RoleWish {
        caller: format!("arn:aws:iam::{OTHER}:user/ops/ann"),
        role: format!("arn:aws:iam::{OWN}:role/team/Reader").parse().unwrap(),
        access: BucketAccess {
            bucket: "example-bucket".to_owned(),
            ..BucketAccess::default()
        },
        mfa: false,
        external_id: None,
        bucket_policy: false,
    }
}

pub(super) fn made(wish: &Wish) -> Composed {
    let composed = compose(wish, &Fixed(0xab)).unwrap_or_else(|e| panic!("{e}"));
    for placed in &composed.placements {
        let kind = match placed.place {
            Place::Allow | Place::Permissions => Kind::Identity,
            Place::Trust | Place::MachineTrust => Kind::Trust,
            Place::BucketPolicy => Kind::Resource,
        };
        let report = lint(&placed.document, Some(kind), &Known::default());
        assert!(!report.has_errors(), "{:?}", report.findings);
        assert!(!placed.lines.is_empty() && placed.size.used <= placed.size.limit);
        // Each line that holds a name or a value is explained.
        let said = |line: u32| placed.lines.iter().any(|l| l.line == line);
        for (i, line) in placed
            .document
            .lines()
            .enumerate()
            .filter(|(_, l)| l.contains("arn:") || l.contains("sts:A"))
        {
            assert!(
                said(u32::try_from(i).unwrap() + 1),
                "{line} in {}",
                placed.document
            );
        }
    }
    composed
}

pub(super) fn places(composed: &Composed) -> Vec<Place> {
    composed.placements.iter().map(|p| p.place).collect()
}

pub(super) fn text(composed: &Composed, place: Place) -> Value {
    let placed = composed.placements.iter().find(|p| p.place == place).unwrap();
    serde_json::from_str(&placed.document).unwrap()
}

#[test]
fn own_accounts_get_the_three_placements() {
    let composed = made(&Wish::OwnAccounts(wish()));
    assert_eq!(
        places(&composed),
        [Place::Permissions, Place::Trust, Place::Allow]
    );
    assert_eq!(
        text(&composed, Place::Trust)["Statement"][0]["Principal"]["AWS"],
        wish().caller.as_str()
    );
    assert_eq!(
        text(&composed, Place::Allow)["Statement"][0]["Resource"],
        wish().role.to_string()
    );
    assert!(composed.proofs.iter().any(|p| p.allowed) && composed.proofs.iter().any(|p| !p.allowed));
    assert_eq!(composed.external_id, None);
    let with_bucket = made(&Wish::OwnAccounts(RoleWish {
        bucket_policy: true,
        ..wish()
    }));
    assert_eq!(places(&with_bucket).last(), Some(&Place::BucketPolicy));
}

#[test]
fn a_third_party_gets_an_external_id_of_its_own() {
    let composed = made(&Wish::ThirdParty(wish()));
    let id = composed.external_id.clone().unwrap();
    assert_eq!(id, "ab".repeat(16));
    let condition = &text(&composed, Place::Trust)["Statement"][0]["Condition"];
    assert_eq!(condition["StringEquals"]["sts:ExternalId"], id.as_str());
    let denied = |words: &str| {
        composed
            .proofs
            .iter()
            .any(|p| !p.allowed && p.asked.contains(words))
    };
    assert!(denied("without the external ID") && denied("another external ID") && denied("another account"));
    let given = RoleWish {
        external_id: Some("Acme:42".to_owned()),
        ..wish()
    };
    assert_eq!(
        made(&Wish::ThirdParty(given)).external_id.as_deref(),
        Some("Acme:42")
    );
    let other = compose(&Wish::ThirdParty(wish()), &Fixed(1)).unwrap();
    assert_ne!(other.external_id.as_deref(), Some(id.as_str()));
}

#[test]
fn mfa_prefix_and_writing_are_no_wider_than_asked() {
    let mut narrow = wish();
    narrow.mfa = true;
    narrow.access.prefix = "reports/".to_owned();
    narrow.access.write = true;
    let composed = made(&Wish::OwnAccounts(narrow));
    let trust = text(&composed, Place::Trust);
    assert_eq!(
        trust["Statement"][0]["Condition"]["Bool"]["aws:MultiFactorAuthPresent"],
        "true"
    );
    let permissions = text(&composed, Place::Permissions);
    assert_eq!(
        permissions["Statement"][1]["Resource"],
        "arn:aws:s3:::example-bucket/reports/*"
    );
    let asked: Vec<(&str, bool)> = composed
        .proofs
        .iter()
        .map(|p| (p.asked.as_str(), p.allowed))
        .collect();
    assert!(
        asked.contains(&("The role's session writes an object", true)),
        "{asked:?}"
    );
    assert!(
        asked.contains(&("The role's session deletes an object", false)),
        "{asked:?}"
    );
    assert!(
        asked.contains(&("The role's session reads outside reports/", false)),
        "{asked:?}"
    );
    assert!(
        asked.contains(&("The caller takes the role without an MFA code", false)),
        "{asked:?}"
    );
}

#[test]
fn a_machine_gets_a_role_of_its_own() {
    for (machine, service) in [
        (Machine::Ec2, "ec2.amazonaws.com"),
        (Machine::Ecs, "ecs-tasks.amazonaws.com"),
        (Machine::Lambda, "lambda.amazonaws.com"),
    ] {
        let composed = made(&Wish::Machine(MachineWish {
            machine,
            own_role: format!("arn:aws:iam::{OTHER}:role/server").parse().unwrap(),
            role: wish().role,
            access: wish().access,
            bucket_policy: false,
        }));
        assert_eq!(
            text(&composed, Place::MachineTrust)["Statement"][0]["Principal"]["Service"],
            service
        );
        assert!(composed.notes.iter().any(|n| n.contains("one hour")));
    }
}

#[test]
fn a_bucket_policy_alone_is_counted_against_its_limit() {
    let direct = |count: usize| DirectWish {
        callers: (0..count)
            .map(|i| format!("arn:aws:iam::{OTHER}:user/person-{i:04}"))
            .collect(),
        owner: OWN.parse().unwrap(),
        access: wish().access,
    };
    let composed = made(&Wish::DirectBucket(direct(2)));
    assert_eq!(places(&composed), [Place::BucketPolicy, Place::Allow]);
    assert!(composed.notes[0].contains("of 20480"), "{:?}", composed.notes);
    let refused = compose(&Wish::DirectBucket(direct(300)), &Fixed(0)).unwrap_err();
    assert!(
        matches!(&refused, NotComposed::TooLarge { limit: 20_480, .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("one role"), "{refused}");
    // In the bucket's own account the bucket policy suffices.
    let mut own = direct(1);
    own.callers = vec![format!("arn:aws:iam::{OWN}:user/x")];
    assert_eq!(places(&made(&Wish::DirectBucket(own))), [Place::BucketPolicy]);
}

#[test]
fn each_kind_of_role_has_its_trust() {
    let trust = |of: RoleTrust| made(&Wish::Trust(of));
    let service = trust(RoleTrust::Service {
        service: "lambda.amazonaws.com".to_owned(),
    });
    assert_eq!(
        text(&service, Place::Trust)["Statement"][0]["Principal"]["Service"],
        "lambda.amazonaws.com"
    );
    let web = trust(RoleTrust::WebIdentity {
        provider: format!("arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"),
        audience: "sts.amazonaws.com".to_owned(),
        subject: "repo:example/app:*".to_owned(),
    });
    let condition = &text(&web, Place::Trust)["Statement"][0]["Condition"];
    assert_eq!(
        condition["StringLike"]["token.actions.githubusercontent.com:sub"],
        "repo:example/app:*"
    );
    assert!(web.proofs.iter().filter(|p| !p.allowed).count() == 3);
    let saml = trust(RoleTrust::Saml {
        provider: format!("arn:aws:iam::{OWN}:saml-provider/p"),
    });
    assert_eq!(
        text(&saml, Place::Trust)["Statement"][0]["Action"],
        "sts:AssumeRoleWithSAML"
    );
    let anchor = format!("arn:aws:rolesanywhere:eu-west-1:{OWN}:trust-anchor/a");
    let certificate = trust(RoleTrust::RolesAnywhere {
        trust_anchor: anchor.clone(),
        common_name: "host".to_owned(),
    });
    let condition = &text(&certificate, Place::Trust)["Statement"][0]["Condition"];
    assert_eq!(condition["ArnEquals"]["aws:SourceArn"], anchor.as_str());
    let linked = RoleTrust::ServiceLinked {
        service: "elasticbeanstalk.amazonaws.com".to_owned(),
    };
    let refused = compose(&Wish::Trust(linked), &Fixed(0)).unwrap_err().to_string();
    assert!(refused.contains("create-service-linked-role"), "{refused}");
}

#[test]
fn what_cannot_be_met_is_refused_with_what_to_do() {
    let refused = |change: fn(&mut RoleWish)| {
        let mut wish = wish();
        change(&mut wish);
        compose(&Wish::ThirdParty(wish), &Fixed(0)).unwrap_err()
    };
    assert!(matches!(
        refused(|w| w.caller = "ann".to_owned()),
        NotComposed::Caller(_)
    ));
    assert!(matches!(
        refused(|w| w.caller = "*".to_owned()),
        NotComposed::Caller(_)
    ));
    assert!(matches!(
        refused(|w| w.access.bucket = "My_Bucket".to_owned()),
        NotComposed::Bucket(_)
    ));
    assert!(matches!(
        refused(|w| w.access.prefix = "a*".to_owned()),
        NotComposed::Prefix(_)
    ));
    assert!(matches!(
        refused(|w| w.external_id = Some("a b".to_owned())),
        NotComposed::ExternalId(_)
    ));
}
