//! What a request is for.

/// A service of AWS, by the format that its answers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// STS: XML.
    Sts,
    /// IAM: the same XML.
    Iam,
    /// Organizations: JSON 1.1.
    Organizations,
    /// Roles Anywhere: JSON.
    RolesAnywhere,
    /// S3: XML of another form.
    S3,
    /// Identity Center's sign-in (`sso-oidc`), with its pages: JSON as OAuth has it.
    SignIn,
    /// Identity Center's access portal (`sso`): JSON.
    Portal,
    /// Instance metadata and container credentials: JSON of their own.
    Metadata,
}

impl Service {
    /// The header that brings the request ID; a metadata service gives none.
    pub fn request_id_header(self) -> Option<&'static str> {
        match self {
            Self::S3 => Some("x-amz-request-id"),
            Self::Sts
            | Self::Iam
            | Self::Organizations
            | Self::RolesAnywhere
            | Self::SignIn
            | Self::Portal => Some("x-amzn-requestid"),
            Self::Metadata => None,
        }
    }

    /// The `Content-Type` of its errors.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Sts | Self::Iam => "text/xml",
            Self::Organizations => "application/x-amz-json-1.1",
            Self::S3 => "application/xml",
            Self::RolesAnywhere | Self::SignIn | Self::Portal | Self::Metadata => "application/json",
        }
    }
}
