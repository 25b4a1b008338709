//! Where in the console a sign-in leads.

use url::{Host, Url};

use crate::account::Partition;
use crate::shared_config::inert;

/// A page of the console of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolePage {
    url: Url,
    label: String,
}

/// There is no such page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPage {
    /// The service is not in the table.
    #[error(
        "\"{}\" is no service that Hatrack knows a console page of; give the page by its address (--url), or one of: {}",
        inert(.0),
        services().collect::<Vec<_>>().join(", ")
    )]
    NoSuchService(String),
    /// The address leads elsewhere.
    #[error(
        "\"{}\" is no page of this partition's console; one starts with https://{console}/, or https://REGION.{console}/",
        inert(.given)
    )]
    Elsewhere {
        /// What was given.
        given: String,
        /// The host of the partition's console.
        console: &'static str,
    },
    /// It would become a part of the address.
    #[error("\"{}\" is no region; one looks like eu-west-1", inert(.0))]
    NoRegion(String),
}

/// The host of a partition's console; a region, and with several sessions at once an account, may stand before it.
pub fn console_host(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws => "console.aws.amazon.com",
        Partition::AwsCn => "console.amazonaws.cn",
        Partition::AwsUsGov => "console.amazonaws-us-gov.com",
        Partition::AwsEusc => "console.amazonaws-eusc.eu",
    }
}

/// Services by the names that people use, with their path in the console and what it is called there. The paths are those
/// of the links in AWS's user guides, else of the addresses that the console itself shows.
const SERVICES: [(&str, &str, &str); 62] = [
    ("acm", "acm/home", "Certificate Manager"),
    ("apigateway", "apigateway/main/apis", "API Gateway"),
    ("appconfig", "systems-manager/appconfig", "AppConfig"),
    ("apprunner", "apprunner/home", "App Runner"),
    ("athena", "athena/home", "Athena"),
    ("autoscaling", "ec2/home#AutoScalingGroups:", "Auto Scaling"),
    ("backup", "backup/home", "Backup"),
    ("batch", "batch/home", "Batch"),
    ("bedrock", "bedrock/home", "Bedrock"),
    ("billing", "billing/home", "Billing"),
    ("cloudformation", "cloudformation/home", "CloudFormation"),
    ("cloudfront", "cloudfront/v4/home", "CloudFront"),
    ("cloudtrail", "cloudtrail/home", "CloudTrail"),
    ("cloudwatch", "cloudwatch/home", "CloudWatch"),
    ("codebuild", "codesuite/codebuild/home", "CodeBuild"),
    ("codecommit", "codesuite/codecommit/home", "CodeCommit"),
    ("codedeploy", "codesuite/codedeploy/home", "CodeDeploy"),
    ("codepipeline", "codesuite/codepipeline/home", "CodePipeline"),
    ("cognito", "cognito/home", "Cognito"),
    ("config", "config/home", "Config"),
    ("costs", "cost-management/home", "Cost Management"),
    ("dms", "dms/v2/home", "Database Migration Service"),
    ("dynamodb", "dynamodbv2/home", "DynamoDB"),
    ("ebs", "ec2/home#Volumes:", "EBS"),
    ("ec2", "ec2/home", "EC2"),
    ("ecr", "ecr/repositories", "ECR"),
    ("ecs", "ecs/v2/home", "ECS"),
    ("efs", "efs/home", "EFS"),
    ("eks", "eks/home", "EKS"),
    ("elasticache", "elasticache/home", "ElastiCache"),
    ("elasticbeanstalk", "elasticbeanstalk/home", "Elastic Beanstalk"),
    ("elb", "ec2/home#LoadBalancers:", "Load Balancers"),
    ("emr", "emr/home", "EMR"),
    ("eventbridge", "events/home", "EventBridge"),
    ("glue", "glue/home", "Glue"),
    ("guardduty", "guardduty/home", "GuardDuty"),
    ("iam", "iam/home", "IAM"),
    ("identitycenter", "singlesignon/home", "IAM Identity Center"),
    ("inspector", "inspector/v2/home", "Inspector"),
    ("kinesis", "kinesis/home", "Kinesis"),
    ("kms", "kms/home", "KMS"),
    ("lambda", "lambda/home", "Lambda"),
    ("logs", "cloudwatch/home#logsV2:log-groups", "CloudWatch Logs"),
    ("msk", "msk/home", "MSK"),
    ("opensearch", "aos/home", "OpenSearch"),
    ("organizations", "organizations/v2/home", "Organizations"),
    ("quotas", "servicequotas/home", "Service Quotas"),
    ("rds", "rds/home", "RDS"),
    ("redshift", "redshiftv2/home", "Redshift"),
    ("resourcegroups", "resource-groups/home", "Resource Groups"),
    ("route53", "route53/v2/home", "Route 53"),
    ("s3", "s3/home", "S3"),
    ("sagemaker", "sagemaker/home", "SageMaker"),
    ("secretsmanager", "secretsmanager/home", "Secrets Manager"),
    ("securityhub", "securityhub/home", "Security Hub"),
    ("ses", "ses/home", "SES"),
    ("sns", "sns/v3/home", "SNS"),
    ("sqs", "sqs/v3/home", "SQS"),
    ("ssm", "systems-manager/home", "Systems Manager"),
    ("stepfunctions", "states/home", "Step Functions"),
    ("vpc", "vpcconsole/home", "VPC"),
    ("waf", "wafv2/homev2", "WAF"),
];

/// The names that [`ConsolePage::service`] takes.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(name, _, _)| *name)
}

/// The same, each with what the console calls it.
pub fn labelled_services() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVICES.iter().map(|(name, _, label)| (*name, *label))
}

impl ConsolePage {
    /// Where the console starts.
    ///
    /// # Errors
    /// The region is none.
    pub fn home(partition: Partition, region: &str) -> Result<Self, NotAPage> {
        Self::at(partition, region, "console/home", "the console")
    }

    /// A service's page in `region`.
    ///
    /// # Errors
    /// The service is not known, or the region is none.
    pub fn service(partition: Partition, region: &str, name: &str) -> Result<Self, NotAPage> {
        let asked = name.trim().to_ascii_lowercase();
        let known = SERVICES.iter().find(|(known, _, _)| *known == asked);
        let (_, path, label) = known.ok_or_else(|| NotAPage::NoSuchService(name.to_owned()))?;
        Self::at(partition, region, path, label)
    }

    /// A page by its address, as it is copied from a browser.
    ///
    /// # Errors
    /// It is not of this partition's console, or not encrypted.
    pub fn url(partition: Partition, text: &str) -> Result<Self, NotAPage> {
        let console = console_host(partition);
        let elsewhere = || NotAPage::Elsewhere {
            // What stands after a question mark may be anything.
            given: text.split(['?', '#']).next().unwrap_or_default().to_owned(),
            console,
        };
        let url = Url::parse(text.trim()).map_err(|_| elsewhere())?;
        let Some(Host::Domain(host)) = url.host() else {
            return Err(elsewhere());
        };
        let is_here = host
            .strip_suffix(console)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        if url.scheme() != "https" || !is_here || !plain {
            return Err(elsewhere());
        }
        let label = format!("a page of {host}");
        Ok(Self { url, label })
    }

    fn at(partition: Partition, region: &str, path: &str, label: &str) -> Result<Self, NotAPage> {
        let no_region = || NotAPage::NoRegion(region.to_owned());
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if region.is_empty() || !region.bytes().all(legal) {
            return Err(no_region());
        }
        let (path, fragment) = match path.split_once('#') {
            Some((path, fragment)) => (path, format!("#{fragment}")),
            None => (path, String::new()),
        };
        let console = console_host(partition);
        let text = format!("https://{console}/{path}?region={region}{fragment}");
        Ok(Self {
            url: Url::parse(&text).map_err(|_| no_region())?,
            label: label.to_owned(),
        })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// What it is called, for people and for the history: "S3". Never the whole address.
    pub fn label(&self) -> &str {
        &self.label
    }
}
