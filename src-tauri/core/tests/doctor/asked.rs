//! One switch of one user, refused.

use hatrack_core::doctor::{
    BucketAsked, Diagnosis, Document, How, Question, Refusal, Seen, Sight, Verdict, diagnose,
};

use crate::world::document;

pub const ROLE: &str = "arn:aws:iam::444455556666:role/Reader";
pub const USER: &str = "arn:aws:iam::111122223333:user/troy";
pub const DENIED: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
                      arn:aws:iam::111122223333:user/troy is not authorized to perform: sts:AssumeRole on resource: \
                      arn:aws:iam::444455556666:role/Reader";

pub fn question() -> Question {
    Question {
        caller: Some(USER.to_owned()),
        role: Some(ROLE.parse().unwrap()),
        bucket: BucketAsked::read("s3://example-bucket/one.csv"),
        ..Question::default()
    }
}

pub fn allow_assume(resource: &str) -> Document {
    document(
        "AcmeSwitch",
        &format!("{{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"{resource}\"}}"),
    )
}

pub fn own(documents: Vec<Document>) -> Sight {
    Sight {
        identity: Seen::Known(documents, How::Read),
        ..Sight::default()
    }
}

pub fn verdicts(diagnosis: &Diagnosis) -> Vec<Verdict> {
    diagnosis.placements.iter().map(|p| p.verdict).collect()
}

pub fn denied(question: &Question, sight: &Sight) -> Diagnosis {
    diagnose(question, Some(&Refusal::read(DENIED)), sight)
}
