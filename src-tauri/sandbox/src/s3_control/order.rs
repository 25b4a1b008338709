//! What CreateJob asks for.

use roxmltree::{Document, Node};

use crate::query::element;

/// A job as it was ordered.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub confirm: bool,
    pub token: String,
    pub role: String,
    pub priority: i32,
    pub description: String,
    pub manifest: Place,
    pub manifest_etag: String,
    /// The third column of the manifest is a version's ID.
    pub versions: bool,
    pub target: String,
    pub folder: Option<String>,
    pub storage_class: Option<String>,
    pub acl: Option<String>,
    /// As a header has them.
    pub tagging: Option<String>,
    pub replaces_metadata: bool,
    /// Where the report goes, if one is wanted.
    pub report: Option<Place>,
    /// Whether the report has what succeeded too.
    pub reports_all: bool,
    /// The elements that DescribeJob gives back as they came.
    pub echo: String,
}

/// A bucket, and a key or prefix.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub bucket: String,
    pub key: String,
}

/// Reads the document.
///
/// # Errors
/// What is wrong with it.
pub fn read(body: &[u8]) -> Result<Order, String> {
    let text = std::str::from_utf8(body).map_err(|_| "The request is not UTF-8.")?;
    let document = Document::parse(text).map_err(|_| "The XML you provided was not well-formed.")?;
    let root = document.root_element();
    let need =
        |node: Node<'_, '_>, name: &str| text_of(node, name).ok_or_else(|| format!("{name} is missing."));
    let manifest = below(root, &["Manifest", "Location"]).ok_or("Manifest is missing.")?;
    let spec = below(root, &["Manifest", "Spec"]).ok_or("Manifest is missing.")?;
    if text_of(spec, "Format").as_deref() != Some("S3BatchOperations_CSV_20180820") {
        return Err("The manifest's format is not supported by the sandbox.".to_owned());
    }
    let fields: Vec<String> = child(spec, "Fields")
        .map(|fields| {
            fields
                .children()
                .filter_map(|field| field.text().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    if fields.first().map(String::as_str) != Some("Bucket")
        || fields.get(1).map(String::as_str) != Some("Key")
    {
        return Err("The manifest's fields have to be Bucket, Key and, where wanted, VersionId.".to_owned());
    }
    let copy =
        below(root, &["Operation", "S3PutObjectCopy"]).ok_or("The sandbox knows S3PutObjectCopy only.")?;
    let report = child(root, "Report").ok_or("Report is missing.")?;
    let enabled = need(report, "Enabled")? == "true";
    let echoed = ["Manifest", "Operation", "Report"];
    let echo = echoed.iter().filter_map(|name| Some(written(child(root, name)?)));
    Ok(Order {
        confirm: text_of(root, "ConfirmationRequired").as_deref() == Some("true"),
        token: need(root, "ClientRequestToken")?,
        role: need(root, "RoleArn")?,
        priority: need(root, "Priority")?
            .parse()
            .map_err(|_| "Priority is no number.")?,
        description: text_of(root, "Description").unwrap_or_default(),
        manifest: object_of(&need(manifest, "ObjectArn")?)?,
        manifest_etag: need(manifest, "ETag")?.trim_matches('"').to_owned(),
        versions: fields.get(2).map(String::as_str) == Some("VersionId"),
        target: bucket_of(&need(copy, "TargetResource")?)?,
        folder: text_of(copy, "TargetKeyPrefix"),
        storage_class: text_of(copy, "StorageClass"),
        acl: text_of(copy, "CannedAccessControlList"),
        tagging: child(copy, "NewObjectTagging").map(tagging),
        replaces_metadata: text_of(copy, "MetadataDirective").as_deref() == Some("REPLACE"),
        report: match enabled {
            true => Some(Place {
                bucket: bucket_of(&need(report, "Bucket")?)?,
                key: text_of(report, "Prefix").unwrap_or_default(),
            }),
            false => None,
        },
        reports_all: text_of(report, "ReportScope").as_deref() == Some("AllTasks"),
        echo: echo.collect(),
    })
}

/// An element as it came, without namespaces.
fn written(node: Node<'_, '_>) -> String {
    let inside: String = node.children().filter(Node::is_element).map(written).collect();
    let name = node.tag_name().name();
    match inside.is_empty() {
        true => element(name, node.text().unwrap_or_default()),
        false => format!("<{name}>{inside}</{name}>"),
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn below<'a, 'i>(node: Node<'a, 'i>, names: &[&str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(node, |node, name| child(node, name))
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name).map(|child| child.text().unwrap_or_default().to_owned())
}

fn tagging(tags: Node<'_, '_>) -> String {
    let pairs = tags
        .children()
        .filter(Node::is_element)
        .filter_map(|tag| Some((text_of(tag, "Key")?, text_of(tag, "Value")?)));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn bucket_of(arn: &str) -> Result<String, String> {
    let name = arn
        .strip_prefix("arn:aws:s3:::")
        .filter(|name| !name.contains('/'));
    name.map(str::to_owned)
        .ok_or_else(|| format!("{arn} is no bucket's ARN."))
}

fn object_of(arn: &str) -> Result<Place, String> {
    let name = arn
        .strip_prefix("arn:aws:s3:::")
        .and_then(|name| name.split_once('/'));
    let (bucket, key) = name.ok_or_else(|| format!("{arn} is no object's ARN."))?;
    Ok(Place {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
    })
}
