//! A bucket's settings, to be read. Each is asked for by itself: what one refuses takes nothing away of the others.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use hatrack_core::bucket::BucketName;
use hatrack_core::object_view::{BucketSetting, NameValue, SettingKind};

use super::super::{S3, S3Failure, document};

/// What one setting says.
#[derive(Default)]
struct Said {
    facts: Vec<NameValue>,
    document: Option<String>,
}

impl Said {
    fn fact(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.push(NameValue {
            name: name.to_owned(),
            value: value.into(),
        });
        self
    }

    fn yes_no(self, name: &str, value: Option<bool>) -> Self {
        self.fact(name, if value == Some(true) { "Yes" } else { "No" })
    }
}

/// Asks for one setting. The operations have no trait in common.
macro_rules! asked {
    ($s3:expr, $bucket:expr, $operation:ident, $action:expr) => {
        async {
            let (client, region) = $s3.at($bucket).await?;
            let call = $s3.call($action, $bucket, None, &region);
            $s3.signed(|| async {
                let answer = client
                    .$operation()
                    .bucket($bucket.as_str())
                    .customize()
                    .config_override(document())
                    .send()
                    .await;
                match answer {
                    Ok(answer) => Ok(Some(answer)),
                    Err(error) if is_not_set(&error) => Ok(None),
                    Err(error) => Err(call.failed(error)),
                }
            })
            .await
        }
    };
}

impl S3 {
    /// All settings that can be read, and of each other one why not.
    pub async fn settings(&self, bucket: &BucketName) -> Vec<BucketSetting> {
        let (versioning, encryption, ownership, public, policy, cors, lifecycle, payer) = futures::join!(
            self.versioning(bucket),
            self.encryption(bucket),
            self.ownership_rule(bucket),
            self.public_access(bucket),
            self.policy(bucket),
            self.cors(bucket),
            self.lifecycle(bucket),
            self.payer(bucket),
        );
        [
            (SettingKind::Versioning, versioning),
            (SettingKind::Encryption, encryption),
            (SettingKind::Ownership, ownership),
            (SettingKind::PublicAccess, public),
            (SettingKind::Policy, policy),
            (SettingKind::Cors, cors),
            (SettingKind::Lifecycle, lifecycle),
            (SettingKind::RequestPayment, payer),
        ]
        .into_iter()
        .map(|(kind, said)| match said {
            Ok(said) => BucketSetting {
                kind,
                facts: said.facts,
                document: said.document,
                refused: None,
            },
            Err(why) => BucketSetting {
                kind,
                facts: Vec::new(),
                document: None,
                refused: Some(why.to_string()),
            },
        })
        .collect()
    }

    async fn versioning(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(self, bucket, get_bucket_versioning, "s3:GetBucketVersioning").await?;
        let status = answer.as_ref().and_then(|answer| answer.status());
        let mfa = answer.as_ref().and_then(|answer| answer.mfa_delete());
        Ok(Said::default()
            .fact("Versions", status.map_or("Never kept", |status| status.as_str()))
            .fact("MFA delete", mfa.map_or("Disabled", |mfa| mfa.as_str())))
    }

    async fn encryption(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(
            self,
            bucket,
            get_bucket_encryption,
            "s3:GetEncryptionConfiguration"
        )
        .await?;
        let rules = answer
            .as_ref()
            .and_then(|answer| answer.server_side_encryption_configuration());
        let Some(rule) = rules.and_then(|rules| rules.rules().first()) else {
            return Ok(Said::default().fact("By default", "Not set"));
        };
        let by_default = rule.apply_server_side_encryption_by_default();
        let mut said = Said::default().fact(
            "By default",
            by_default.map_or("Not set", |with| with.sse_algorithm().as_str()),
        );
        if let Some(key) = by_default.and_then(|with| with.kms_master_key_id()) {
            said = said.fact("KMS key", key);
        }
        Ok(said.yes_no("Bucket key", rule.bucket_key_enabled()))
    }

    async fn ownership_rule(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(
            self,
            bucket,
            get_bucket_ownership_controls,
            "s3:GetBucketOwnershipControls"
        )
        .await?;
        let rules = answer.as_ref().and_then(|answer| answer.ownership_controls());
        let rule = rules.and_then(|rules| rules.rules().first());
        Ok(Said::default().fact(
            "Owner of new objects",
            rule.map_or("ObjectWriter (not set)", |rule| rule.object_ownership().as_str()),
        ))
    }

    async fn public_access(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(
            self,
            bucket,
            get_public_access_block,
            "s3:GetBucketPublicAccessBlock"
        )
        .await?;
        let block = answer
            .as_ref()
            .and_then(|answer| answer.public_access_block_configuration());
        Ok(Said::default()
            .yes_no(
                "Public lists blocked",
                block.and_then(|block| block.block_public_acls()),
            )
            .yes_no(
                "Public lists ignored",
                block.and_then(|block| block.ignore_public_acls()),
            )
            .yes_no(
                "Public policies blocked",
                block.and_then(|block| block.block_public_policy()),
            )
            .yes_no(
                "Public buckets restricted",
                block.and_then(|block| block.restrict_public_buckets()),
            ))
    }

    async fn policy(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(self, bucket, get_bucket_policy, "s3:GetBucketPolicy").await?;
        Ok(match answer.and_then(|answer| answer.policy) {
            Some(policy) => Said {
                document: Some(indented(&policy)),
                ..Said::default()
            },
            None => Said::default().fact("Policy", "None"),
        })
    }

    async fn cors(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(self, bucket, get_bucket_cors, "s3:GetBucketCORS").await?;
        let rules = answer
            .as_ref()
            .map(|answer| answer.cors_rules())
            .unwrap_or_default();
        if rules.is_empty() {
            return Ok(Said::default().fact("Rules", "None"));
        }
        Ok(rules.iter().fold(Said::default(), |said, rule| {
            said.fact(
                &rule.allowed_origins().join(", "),
                rule.allowed_methods().join(", "),
            )
        }))
    }

    async fn lifecycle(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(
            self,
            bucket,
            get_bucket_lifecycle_configuration,
            "s3:GetLifecycleConfiguration"
        )
        .await?;
        let rules = answer.as_ref().map(|answer| answer.rules()).unwrap_or_default();
        if rules.is_empty() {
            return Ok(Said::default().fact("Rules", "None"));
        }
        Ok(rules.iter().fold(Said::default(), |said, rule| {
            let mut does = vec![rule.status().as_str().to_owned()];
            if let Some(days) = rule.expiration().and_then(|end| end.days()) {
                does.push(format!("deletes after {days} days"));
            }
            for change in rule.transitions() {
                if let (Some(days), Some(class)) = (change.days(), change.storage_class()) {
                    does.push(format!("{} after {days} days", class.as_str()));
                }
            }
            if let Some(days) = rule
                .noncurrent_version_expiration()
                .and_then(|end| end.noncurrent_days())
            {
                does.push(format!("deletes older versions after {days} days"));
            }
            said.fact(rule.id().unwrap_or("Rule"), does.join(", "))
        }))
    }

    async fn payer(&self, bucket: &BucketName) -> Result<Said, S3Failure> {
        let answer = asked!(
            self,
            bucket,
            get_bucket_request_payment,
            "s3:GetBucketRequestPayment"
        )
        .await?;
        let payer = answer.as_ref().and_then(|answer| answer.payer());
        Ok(Said::default().fact("Who pays", payer.map_or("BucketOwner", |payer| payer.as_str())))
    }
}

/// S3 has a code of its own for each setting that was never made.
fn is_not_set<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let code = match error {
        SdkError::ServiceError(error) => error.err().code(),
        _ => None,
    };
    matches!(
        code,
        Some(
            "NoSuchBucketPolicy"
                | "NoSuchCORSConfiguration"
                | "NoSuchLifecycleConfiguration"
                | "NoSuchPublicAccessBlockConfiguration"
                | "OwnershipControlsNotFoundError"
                | "ServerSideEncryptionConfigurationNotFoundError"
        )
    )
}

/// JSON with line breaks; what is none stays as it is.
fn indented(document: &str) -> String {
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(document);
    parsed
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| document.to_owned())
}
