//! Where AWS takes assertions, and what a provider may be called.

use hatrack_core::saml::{NotAProvider, SamlProvider, is_sign_in_of_aws};
use url::Url;

fn is(url: &str, instead: Option<&str>) -> bool {
    is_sign_in_of_aws(&Url::parse(url).unwrap(), instead)
}

#[test]
fn b30_aws_takes_them_in_every_partition_and_region() {
    for url in [
        "https://signin.aws.amazon.com/saml",
        "https://eu-west-1.signin.aws.amazon.com/saml",
        "https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSPABC",
        "https://signin.amazonaws.cn/saml",
        "https://signin.amazonaws-us-gov.com/saml?x=1",
        "https://us-gov-east-1.signin.amazonaws-us-gov.com/saml",
        "https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml",
    ] {
        assert!(is(url, None), "{url}");
    }
    for url in [
        "http://signin.aws.amazon.com/saml",
        "https://signin.aws.amazon.com:8443/saml",
        "https://signin.aws.amazon.com/oauth",
        "https://signin.aws.amazon.com/samlx",
        "https://signin.aws.amazon.com.evil.example/saml",
        "https://evilsignin.aws.amazon.com/saml",
        "https://a.b.signin.aws.amazon.com/saml",
        "https://.signin.aws.amazon.com/saml",
        "https://evil.example/saml",
        "https://signin.aws.amazon.com@evil.example/saml",
        "data:text/html,/saml",
    ] {
        assert!(!is(url, None), "{url}");
    }
}

#[test]
fn what_stands_in_for_aws_takes_them_too() {
    let instead = Some("http://127.0.0.1:4566/");
    assert!(is("http://127.0.0.1:4566/saml", instead));
    assert!(is("https://signin.aws.amazon.com/saml", instead));
    assert!(!is("http://127.0.0.1:4567/saml", instead));
    assert!(!is("http://127.0.0.1:4566/idp", instead));
    assert!(!is("http://127.0.0.1:4566/saml", None));
    // An address without an origin of its own is like no other.
    assert!(!is("data:/saml", Some("data:/saml")));
}

#[test]
fn a_provider_has_a_name_that_can_be_shown_and_a_page() {
    let provider =
        SamlProvider::new(" acme ", "https://login.example.com/aws?x=1", Some("eu-west-1")).unwrap();
    assert_eq!(provider.name, "acme");
    assert_eq!(provider.region.as_deref(), Some("eu-west-1"));
    let named = |name: &str| SamlProvider::new(name, "https://login.example.com/", None);
    for name in ["", "  ", "a:b", "a\nb", "\u{202e}x", "-x", &"x".repeat(65)] {
        assert_eq!(named(name), Err(NotAProvider::Name), "{name}");
    }
    assert!(named("Ünïcode & blanks").is_ok());
    for url in [
        "login.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://login.example.com/",
        "https://",
        "https://name:canary@login.example.com/",
    ] {
        let why = SamlProvider::new("acme", url, None).unwrap_err();
        assert!(matches!(why, NotAProvider::Address(_)), "{url}");
        assert!(!why.to_string().contains("canary"), "{why}");
    }
    assert!(matches!(
        SamlProvider::new("acme", "https://login.example.com/", Some("eu west")),
        Err(NotAProvider::Region(_))
    ));
    // Whether to open it is asked when it is to be opened.
    assert!(SamlProvider::new("acme", "http://login.example.com/", None).is_ok());
}
