//! S8 by SAML, on the sandbox.

use hatrack_agent::protocol::{AddSaml, GiveAssertion, Reply, Request, RoleChoice, SwitchRequest};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::secret::Secret;
use hatrack_core::view::{SessionView, SwitchOutcome};

use crate::stage::{Stage, to};
use crate::world::switched;

async fn stage() -> Stage {
    let mut stage = Stage::new().await;
    let vars = [
        ("AWS_ENDPOINT_URL", stage.sandbox.endpoint()),
        ("AWS_CONFIG_FILE", "config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    stage.caller = CallerContext::new(Client::Hat, stage.folder.path().join("sandbox"), vars);
    let add = AddSaml {
        name: "directory".into(),
        start_url: stage.sandbox.manifest().kinds.saml_start_url.clone(),
        region: None,
        replace: false,
    };
    stage.ask(Request::AddSaml(add)).await.unwrap();
    stage
}

impl Stage {
    async fn give(&self, response: String) {
        let given = GiveAssertion::Pasted {
            portal: "directory".into(),
            response: Secret::new(response),
        };
        assert!(matches!(
            self.ask(Request::GiveAssertion(given)).await,
            Ok(Reply::Done)
        ));
    }

    async fn to_arn(&self, arn: &str, seconds: Option<u32>) -> SwitchOutcome {
        let (_, name) = arn.rsplit_once('/').unwrap();
        let key = format!("saml:directory:330000000001:{name}");
        let mut request = SwitchRequest::of(RoleChoice::Key(key));
        request.options.duration = seconds.map(|seconds| seconds.try_into().unwrap());
        self.switch(request).await
    }

    fn user(&self, at: usize) -> String {
        self.sandbox.manifest().kinds.saml_users[at].clone()
    }

    fn response(&self, at: usize, seconds: i64) -> String {
        self.sandbox
            .admin()
            .saml_response(&self.user(at), seconds)
            .unwrap()
    }
}

fn lasts(session: &SessionView) -> u32 {
    session.seconds_left
}

#[tokio::test]
async fn s8_a_sign_in_leads_to_its_roles_for_as_long_as_each_gives() {
    let stage = stage().await;
    stage.give(stage.response(0, 300)).await;
    let kinds = stage.sandbox.manifest().kinds.clone();
    let session = switched(stage.to_arn(&kinds.saml_role_arn, None).await);
    assert!((3590..=3600).contains(&lasts(&session)));
    assert_eq!(
        session.assumed_role_arn,
        Some(format!(
            "arn:aws:sts::330000000001:assumed-role/ConsoleFederation/{}",
            stage.user(0)
        ))
    );
    let long = switched(stage.to_arn(&kinds.saml_long_role_arn, Some(14_400)).await);
    assert!((14_390..=14_400).contains(&lasts(&long)));
    // More than the role gives: AWS says so, and gives nothing.
    stage.ask(Request::EndAll).await.unwrap();
    let SwitchOutcome::Denied { denial } = stage.to_arn(&kinds.saml_role_arn, Some(7200)).await else {
        panic!("two hours of a role that gives one");
    };
    assert_eq!(denial.code, "ValidationError");

    // The directory says how long the other one's sessions last.
    stage.give(stage.response(1, 300)).await;
    let session = switched(stage.to_arn(&kinds.saml_role_arn, None).await);
    assert!((1790..=1800).contains(&lasts(&session)));
    let Reply::Catalog(catalog) = stage.ask(Request::Catalog).await.unwrap() else {
        panic!("no catalog");
    };
    let of_saml = catalog.roles.iter().filter(|role| role.identity.kind == "saml");
    assert_eq!(of_saml.count(), 1);
}

#[tokio::test]
async fn s8_what_sts_does_not_believe_is_told_in_its_words() {
    let stage = stage().await;
    let role = stage.sandbox.manifest().kinds.saml_role_arn.clone();
    let refused = async |code: &str| {
        let SwitchOutcome::Denied { denial } = stage.to_arn(&role, None).await else {
            panic!("{code} is a denial");
        };
        assert_eq!(denial.code, code);
        assert!(denial.request_id.is_some());
    };
    // Issued for somebody else's service.
    let elsewhere = stage
        .sandbox
        .admin()
        .saml_response_for(&stage.user(0), "https://elsewhere.example/saml");
    stage.give(elsewhere.unwrap()).await;
    refused("InvalidIdentityToken").await;
    // Changed on the way: here by one blank in the XML, which no signature survives.
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let xml = engine.decode(stage.response(0, 300)).unwrap();
    let xml = String::from_utf8(xml)
        .unwrap()
        .replace("</samlp:Response>", " </samlp:Response>");
    stage.give(engine.encode(xml)).await;
    refused("InvalidIdentityToken").await;
    // Ended by AWS's clock, which has not been asked since.
    stage.give(stage.response(0, 300)).await;
    stage.sandbox.admin().set_clock_ahead(600);
    refused("ExpiredTokenException").await;
}

#[tokio::test]
async fn h72_an_assertion_ends_by_aws_s_clock_not_by_a_wrong_one_here() {
    let stage = stage().await;
    // This computer's clock is ahead, as the first answer tells.
    stage.sandbox.admin().set_clock_ahead(-600);
    switched(stage.switch(to(&stage.story("S1").profile)).await);
    stage.give(stage.response(0, 300)).await;
    let role = stage.sandbox.manifest().kinds.saml_role_arn.clone();
    let session = switched(stage.to_arn(&role, None).await);
    assert!((3590..=3600).contains(&lasts(&session)));
}
