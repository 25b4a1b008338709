//! The ranges that lossless editing stands on.

use hatrack_core::shared_config::{Document, FileKind, SourceFile};
use proptest::prelude::*;

fn document(text: &str) -> Option<Document> {
    Document::parse(&SourceFile::from_text(FileKind::Config, "config", text)).ok()
}

#[test]
fn each_part_is_where_it_says() {
    let text = "\u{feff}# top\r\n[profile a] ; x\r\nRole_Arn = arn # why\r\ns3 =\r\n  one = 1\r\n\r\n  two = 2\r\n# end\r\n[b]\n";
    let read = document(text).unwrap();
    assert_eq!(&text[read.preamble.clone()], "\u{feff}# top\r\n");
    let [a, b] = &read.sections[..] else {
        panic!("{read:?}")
    };
    assert_eq!((a.line, &text[a.name.clone()]), (2, "profile a"));
    assert_eq!((b.line, &text[b.whole.clone()]), (9, "[b]\n"));
    let [role, s3] = &a.properties[..] else {
        panic!("{a:?}")
    };
    assert_eq!(
        (&text[role.key.clone()], &text[role.value.clone()], role.line),
        ("Role_Arn", "arn", 3)
    );
    assert_eq!(&text[role.whole.clone()], "Role_Arn = arn # why\r\n");
    assert_eq!(&text[s3.whole.clone()], "s3 =\r\n  one = 1\r\n\r\n  two = 2\r\n");
    assert_eq!(s3.value_in(text), "\none = 1\ntwo = 2");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ranges_cover_the_text_without_a_gap(
        text in "(\u{feff})?(# c\r?\n)?(\\[[a-z ]{0,6}\\]( ?[#;][a-z]{0,3})?\r?\n(([a-zA-Z]{1,3} ?= ?[a-z#;=é ]{0,6}|[#;]x|)\r?\n|x=\r?\n  y = z ?\r?\n){0,4}){0,4}"
    ) {
        let Some(read) = document(&text) else { return Err(TestCaseError::reject("does not parse")) };
        let mut at = 0;
        for part in std::iter::once(&read.preamble).chain(read.sections.iter().map(|s| &s.whole)) {
            prop_assert_eq!(part.start, at);
            at = part.end;
        }
        prop_assert_eq!(at, text.len());
        for section in &read.sections {
            let mut at = section.name.end;
            for property in &section.properties {
                prop_assert!(property.whole.start >= at && property.whole.end <= section.whole.end);
                prop_assert!(property.whole.start <= property.key.start && property.key.end < property.value.start + 1);
                at = property.whole.end;
            }
        }
    }
}
