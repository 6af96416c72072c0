//! A rule set that has been type-checked: every name is bound, every call fits its function.

/// The endpoint rules of one service.
#[derive(Debug, Clone)]
pub struct RuleSet {
    pub(super) parameters: Vec<Parameter>,
    pub(super) rules: Vec<Rule>,
}

/// Something that rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    /// The name in the model: `UseFIPS`.
    pub(super) name: String,
    /// What its values are.
    pub(super) ty: ParameterType,
    /// Where the client gets the value, unless a context parameter trait says otherwise.
    pub(super) built_in: Option<&'static BuiltIn>,
    /// The value where none is given.
    pub(super) default: Option<Literal>,
    /// Without a value (and a default) there is no endpoint.
    pub(super) required: bool,
    /// The Rust variable that holds it.
    pub(super) variable: String,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterType {
    /// `string`
    String,
    /// `boolean`
    Bool,
    /// `stringArray`
    StringList,
}

/// A built-in parameter that `connect_protocol::endpoint::Params` has a field for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BuiltIn {
    name: &'static str,
    /// The field of `Params`.
    pub(super) field: &'static str,
    pub(super) ty: ParameterType,
    /// Whether the value is validated before the rules see it.
    pub(super) valid: bool,
}

static BUILT_INS: [BuiltIn; 6] = {
    const fn row(
        name: &'static str,
        field: &'static str,
        ty: ParameterType,
        valid: bool,
    ) -> BuiltIn {
        BuiltIn {
            name,
            field,
            ty,
            valid,
        }
    }
    use ParameterType::{Bool, String};
    [
        row("AWS::Region", "region", String, true),
        row("AWS::UseFIPS", "use_fips", Bool, false),
        row("AWS::UseDualStack", "use_dual_stack", Bool, false),
        row("SDK::Endpoint", "endpoint", String, true),
        row("AWS::Auth::AccountId", "account_id", String, false),
        row(
            "AWS::Auth::AccountIdEndpointMode",
            "account_id_endpoint_mode",
            String,
            false,
        ),
    ]
};

impl BuiltIn {
    /// The built-in of this name. Others (S3 and STS have some) are never set by this client; their defaults hold.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        BUILT_INS.iter().find(|built_in| built_in.name == name)
    }
}

/// A parameter's value as models state it, in defaults and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A string.
    String(String),
    /// A boolean.
    Bool(bool),
    /// A list of strings.
    StringList(Vec<String>),
}

/// The type of an expression, as emitted code has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int,
    /// `&str`
    Str,
    /// `String`
    String,
    /// A slice or `Vec` of `&str`.
    List,
    Partition,
    Url,
    Arn,
    Option(Box<Type>),
}

impl Type {
    pub(super) fn option(self) -> Self {
        match self {
            Self::Option(_) => self,
            plain => Self::Option(Box::new(plain)),
        }
    }

    /// The type without its `Option`.
    pub(super) fn inner(&self) -> &Self {
        match self {
            Self::Option(inner) => inner,
            plain => plain,
        }
    }

    pub(super) fn is_option(&self) -> bool {
        matches!(self, Self::Option(_))
    }

    pub(super) fn is_string(&self) -> bool {
        matches!(self, Self::Str | Self::String)
    }

    /// The name in messages about models.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Bool => "a boolean".to_owned(),
            Self::Int => "an integer".to_owned(),
            Self::Str | Self::String => "a string".to_owned(),
            Self::List => "a list of strings".to_owned(),
            Self::Partition => "a partition".to_owned(),
            Self::Url => "a URL".to_owned(),
            Self::Arn => "an ARN".to_owned(),
            Self::Option(inner) => format!("{} that may be unset", inner.name()),
        }
    }
}

/// A rule: where all conditions hold, its outcome.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) conditions: Vec<Condition>,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Endpoint {
        endpoint: Endpoint<Expr>,
        /// The variables in the URL's host that hold what callers say: such a value must not end the host.
        host_variables: Vec<String>,
    },
    /// An error; the expression is a string.
    Error(Expr),
    /// The first of these that applies; an error if none does.
    Rules(Vec<Rule>),
}

#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// Holds if the boolean is true.
    True(Expr),
    /// Holds if the option has a value, which the variable then is.
    Some {
        variable: Option<String>,
        value: Expr,
    },
    /// Holds always; gives a value a name.
    Let { variable: String, value: Expr },
}

/// An endpoint; `T` is a string.
#[derive(Debug, Clone)]
pub(super) struct Endpoint<T> {
    pub(super) url: T,
    pub(super) headers: Vec<(String, T)>,
    pub(super) signing: Signing<T>,
}

/// What an endpoint's `authSchemes` say; `T` is a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signing<T> {
    /// SigV4 (or a scheme that signs nothing), with these in place of the service's own name and region.
    Known { name: Option<T>, region: Option<T> },
    /// Something that this client can't do. A request must not go out signed otherwise than the endpoint demands.
    Unsupported(String),
}

impl<T> Signing<T> {
    pub(super) const DEFAULT: Self = Self::Known {
        name: None,
        region: None,
    };
}

#[derive(Debug, Clone)]
pub(super) enum Expr {
    Bool(bool),
    Int(i64),
    /// A string from its parts; each [`Part::Value`] is a string.
    Text(Vec<Part>),
    Variable {
        name: String,
        ty: Type,
    },
    /// A field of a record, which may be optional itself.
    Field {
        record: Box<Expr>,
        field: &'static str,
        ty: Type,
    },
    /// An item of a list, which may be optional itself. Negative positions count from the end.
    Item {
        list: Box<Expr>,
        position: i64,
    },
    Not(Box<Expr>),
    /// Two booleans or two strings.
    Equals(Box<Expr>, Box<Expr>),
    IsSet(Box<Expr>),
    /// The first that is set. All but the last are options.
    Coalesce {
        values: Vec<Expr>,
        ty: Type,
    },
    IfElse {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
        ty: Type,
    },
    Call {
        function: &'static str,
        arguments: Vec<Expr>,
        ty: Type,
    },
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    Value(Expr),
}

/// How many of a URL's parts its host consists of, the scheme before it included.
pub(super) fn host_parts(url: &[Part]) -> usize {
    let ends_host = |part: &Part| match part {
        Part::Text(text) => {
            let rest = text.rsplit("://").next();
            rest.is_some_and(|rest| rest.contains('/'))
        }
        // A URL's own path, put after its host.
        Part::Value(Expr::Field { field, .. }) => matches!(*field, "path" | "normalized_path"),
        Part::Value(_) => false,
    };
    url.iter().position(ends_host).unwrap_or(url.len())
}

impl Expr {
    pub(super) fn ty(&self) -> Type {
        match self {
            Self::Bool(_) | Self::Not(_) | Self::Equals(..) | Self::IsSet(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Text(parts) => match parts.as_slice() {
                [] | [Part::Text(_)] => Type::Str,
                [Part::Value(value)] => value.ty(),
                _ => Type::String,
            },
            Self::Item { .. } => Type::Str.option(),
            Self::Variable { ty, .. }
            | Self::Field { ty, .. }
            | Self::Coalesce { ty, .. }
            | Self::IfElse { ty, .. }
            | Self::Call { ty, .. } => ty.clone(),
        }
    }

    /// Whether the expression reads this variable.
    pub(super) fn mentions(&self, variable: &str) -> bool {
        match self {
            Self::Bool(_) | Self::Int(_) => false,
            Self::Text(parts) => parts.iter().any(|part| match part {
                Part::Text(_) => false,
                Part::Value(value) => value.mentions(variable),
            }),
            Self::Variable { name, .. } => name == variable,
            Self::Field { record: value, .. }
            | Self::Item { list: value, .. }
            | Self::Not(value)
            | Self::IsSet(value) => value.mentions(variable),
            Self::Equals(left, right) => left.mentions(variable) || right.mentions(variable),
            Self::IfElse {
                condition, yes, no, ..
            } => [condition, yes, no].iter().any(|e| e.mentions(variable)),
            Self::Coalesce { values, .. }
            | Self::Call {
                arguments: values, ..
            } => values.iter().any(|value| value.mentions(variable)),
        }
    }
}

impl Condition {
    pub(super) fn mentions(&self, variable: &str) -> bool {
        match self {
            Self::True(value) | Self::Some { value, .. } | Self::Let { value, .. } => {
                value.mentions(variable)
            }
        }
    }
}

impl Endpoint<Expr> {
    pub(super) fn mentions(&self, variable: &str) -> bool {
        let Signing::Known { name, region } = &self.signing else {
            // An error is emitted in its place.
            return false;
        };
        let headers = self.headers.iter().map(|(_, value)| value);
        let mut values = headers.chain(name).chain(region).chain([&self.url]);
        values.any(|value| value.mentions(variable))
    }
}

impl Outcome {
    pub(super) fn mentions(&self, variable: &str) -> bool {
        match self {
            Self::Endpoint { endpoint, .. } => endpoint.mentions(variable),
            Self::Error(message) => message.mentions(variable),
            Self::Rules(rules) => rules.iter().any(|rule| rule.mentions(variable)),
        }
    }
}

impl Rule {
    pub(super) fn mentions(&self, variable: &str) -> bool {
        self.conditions.iter().any(|c| c.mentions(variable)) || self.outcome.mentions(variable)
    }
}
