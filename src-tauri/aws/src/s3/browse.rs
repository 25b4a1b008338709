//! Listing: buckets, and the pages of a prefix.

use std::collections::HashSet;

use aws_sdk_s3::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket_view::{BucketList, BucketView, FolderView, ObjectPage};
use hatrack_core::sts::AwsFailure;

use super::failure::Call;
use super::pages::PageAsk;
use super::{S3, S3Failure, document, locked, partition_of};
use crate::answer::timestamp;

/// Pages of 1,000 buckets: AWS lets an account have 10,000 and, on request, a million.
const MOST_BUCKET_PAGES: usize = 100;

impl S3 {
    /// Every bucket of the session's account. A refusal is part of the list: buckets can still be opened by name.
    pub async fn buckets(&self) -> Result<BucketList, S3Failure> {
        match self.all_buckets().await {
            Ok(buckets) => Ok(BucketList {
                buckets,
                denied: None,
            }),
            Err(S3Failure::Denied(denied)) => Ok(BucketList {
                buckets: Vec::new(),
                denied: Some(*denied),
            }),
            Err(other) => Err(other),
        }
    }

    async fn all_buckets(&self) -> Result<Vec<BucketView>, S3Failure> {
        let region = &self.reach.region;
        let call = Call {
            action: "s3:ListAllMyBuckets",
            resource: "*".to_owned(),
            what: "the list of buckets".to_owned(),
            region,
        };
        let client = self.client(region)?;
        let (mut buckets, mut token, mut seen) = (Vec::new(), None::<String>, HashSet::new());
        for _ in 0..MOST_BUCKET_PAGES {
            let page = self
                .signed(|| async {
                    client
                        .list_buckets()
                        .max_buckets(1000)
                        .set_continuation_token(token.clone())
                        .customize()
                        .config_override(document())
                        .send()
                        .await
                        .map_err(|error| call.failed(error))
                })
                .await?;
            buckets.extend(page.buckets().iter().filter_map(|bucket| {
                Some(BucketView {
                    name: bucket.name()?.to_owned(),
                    region: bucket.bucket_region().map(str::to_owned),
                    created_at: bucket.creation_date().and_then(timestamp),
                })
            }));
            match page.continuation_token {
                Some(next) if !seen.insert(next.clone()) => return Err(repeats(region)),
                Some(next) => token = Some(next),
                None => break,
            }
        }
        let mut regions = locked(&self.regions);
        for bucket in &buckets {
            if let Some(region) = &bucket.region {
                regions.insert(bucket.name.clone(), region.clone());
            }
        }
        Ok(buckets)
    }

    /// The region of `bucket`, from the bucket itself: S3 names it in a header, even where it refuses the rest. (The
    /// owner alone may call GetBucketLocation.)
    pub async fn region(&self, bucket: &BucketName) -> Result<String, S3Failure> {
        if let Some(known) = locked(&self.regions).get(bucket.as_str()) {
            return Ok(known.clone());
        }
        // An access point's ARN says where it is.
        if let Some(region) = bucket
            .as_str()
            .strip_prefix("arn:")
            .and_then(|arn| arn.split(':').nth(2))
        {
            return Ok(region.to_owned());
        }
        let start = &self.reach.region;
        let client = self.client(start)?;
        let head = || async {
            let asked = client.head_bucket().bucket(bucket.as_str());
            asked.customize().config_override(document()).send().await
        };
        let generation = self.signer.generation();
        let mut answer = head().await;
        // To a HEAD, S3 does not say that the session has ended.
        if matches!(&answer, Err(error) if region_told(error).is_none() && status(error) == Some(400)) {
            self.signer.ask_again(generation).await;
            answer = head().await;
        }
        let region = match answer {
            Ok(found) => found.bucket_region().map(str::to_owned),
            Err(error) => {
                let header = region_told(&error);
                if header.is_none() && matches!(status(&error), Some(400 | 403)) {
                    // The answer to HEAD has no body. The operation itself is asked next, and its refusal says more.
                    return Ok(start.clone());
                }
                // One that does not exist is kept nowhere, whatever the header says.
                if header.is_none() || status(&error) == Some(404) {
                    return Err(self.call("s3:ListBucket", bucket, None, start).failed(error));
                }
                header
            }
        };
        let region = region.unwrap_or_else(|| start.clone());
        locked(&self.regions).insert(bucket.as_str().to_owned(), region.clone());
        Ok(region)
    }

    /// The client for `bucket`, and the bucket's region.
    pub(super) async fn at(&self, bucket: &BucketName) -> Result<(Client, String), S3Failure> {
        let region = self.region(bucket).await?;
        Ok((self.client_for(&region, self.pays_for(bucket))?, region))
    }

    /// One page of what lies right below `prefix`; `next` is the page before's [`ObjectPage::next`].
    pub async fn page(
        &self,
        bucket: &BucketName,
        prefix: &str,
        next: Option<&str>,
    ) -> Result<ObjectPage, S3Failure> {
        let ask = PageAsk {
            prefix: prefix.to_owned(),
            by_folder: true,
            after: None,
            token: next.map(str::to_owned),
            most: None,
        };
        let page = self.list(bucket, &ask).await?;
        let objects = page.objects.into_iter();
        Ok(ObjectPage {
            bucket: bucket.as_str().to_owned(),
            prefix: prefix.to_owned(),
            folders: page
                .folders
                .into_iter()
                .map(|folder| folder_view(prefix, folder))
                .collect(),
            objects: objects
                // The stand-in for this very folder is no entry of it.
                .filter(|object| object.key != prefix || !object.key.ends_with('/'))
                .map(|object| object.view(prefix))
                .collect(),
            next: page.next,
            region: page.region,
        })
    }

    /// Describes a call for its failure.
    pub(super) fn call<'a>(
        &self,
        action: &'static str,
        bucket: &BucketName,
        key: Option<&str>,
        region: &'a str,
    ) -> Call<'a> {
        let partition = if self.reach.endpoint.is_some() {
            self.partition()
        } else {
            partition_of(region)
        };
        let object = key.map(|key| format!("/{key}")).unwrap_or_default();
        let resource = match bucket.as_str() {
            arn if arn.starts_with("arn:") => format!("{arn}{}", object.replacen('/', "/object/", 1)),
            name => format!("arn:{partition}:s3:::{name}{object}"),
        };
        Call {
            action,
            resource,
            what: format!("s3://{bucket}{object}"),
            region,
        }
    }
}

/// A folder as it shows in a list of `prefix`.
pub(super) fn folder_view(prefix: &str, folder: String) -> FolderView {
    FolderView {
        name: folder.strip_prefix(prefix).unwrap_or(&folder).to_owned(),
        prefix: folder,
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|raw| raw.status().as_u16())
}

/// The region that S3 names, even where it refuses the rest.
fn region_told<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let raw = error.raw_response()?;
    raw.headers().get("x-amz-bucket-region").map(str::to_owned)
}

pub(super) fn repeats(region: &str) -> S3Failure {
    AwsFailure::Garbled {
        service: "S3",
        region: region.to_owned(),
        why: "its list has no end, each page names the same next one".to_owned(),
    }
    .into()
}

/// An entity tag without its quotes.
pub(super) fn unquoted(etag: &str) -> String {
    etag.trim_start_matches("W/").trim_matches('"').to_owned()
}

/// `encoding-type=url`: percent-escapes, and `+` for a blank.
pub(super) fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("k={}", text.replace('&', "%26")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
