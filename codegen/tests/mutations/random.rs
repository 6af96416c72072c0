//! Random numbers that are the same on every run, and values nobody expects.

use serde_json::{Value, json};

/// splitmix64
pub(crate) struct Random(u64);

impl Random {
    /// A stream of its own for every case.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut random = Self(seed.wrapping_add(case.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `end`, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// One time in `times`.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A value of any JSON kind.
    pub(crate) fn junk(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => Value::Bool(self.one_in(2)),
            2 | 3 => self.number(),
            4 | 5 => Value::String(self.text()),
            6 => match self.below(3) {
                0 => json!([]),
                1 => json!([self.text()]),
                _ => json!([null, 1, {"target": self.text()}]),
            },
            _ => match self.below(3) {
                0 => json!({}),
                1 => json!({ self.text(): self.text() }),
                _ => nested(self.below(140)),
            },
        }
    }

    pub(crate) fn number(&mut self) -> Value {
        let integers = [
            0,
            -1,
            1,
            255,
            256,
            65_536,
            i64::from(i32::MAX),
            i64::from(i32::MIN),
            i64::MAX,
            i64::MIN,
        ];
        match self.below(4) {
            0 => json!(u64::MAX),
            1 => json!(self.pick(&[0.5, -0.0, 1e300, -1e300, 5e-324, 1e15, 253_402_300_800.5])),
            _ => json!(self.pick(&integers)),
        }
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(10) {
            0 => self
                .pick(&["a", "é", "\u{202E}x", "\0", "日", "{", "'", "*/"])
                .repeat(3_000),
            1 => (*self.pick(ODD_IDS)).to_owned(),
            _ => (*self.pick(ODD_TEXTS)).to_owned(),
        }
    }

    /// A name for a member, an operation, a shape or an enum value.
    pub(crate) fn name(&mut self) -> String {
        match self.below(8) {
            0 => self.text(),
            1 => "A".repeat(self.below(400) + 1),
            _ => {
                let names: Vec<&str> = NAMES.split_whitespace().collect();
                (*self.pick(&names)).to_owned()
            }
        }
    }

    /// The ID of a shape, maybe of one that is not there.
    pub(crate) fn id(&mut self, there: &[String]) -> String {
        match self.below(4) {
            0 => (*self.pick(ODD_IDS)).to_owned(),
            _ if there.is_empty() => "a#B".to_owned(),
            _ => self.pick(there).clone(),
        }
    }
}

/// `depth` objects within each other.
pub(crate) fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
}

/// Names that mean something to Rust, to Smithy or to the generated code.
const NAMES: &str = "\
    type Self self crate super async gen _1 __ _a a_ A a Option Result String Vec Box Error Unhandled \
    Unknown UnknownValue Default default Build Send Customize Meta Message message Code RequestId \
    Builder Unit Config Client Types Operation SetName GetName ABC IPv6 S3 x1y2 Params Endpoint None \
    Some Ok Err i32 str main mod Handle encode decode request response body inner value";

const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "é",
    "日本",
    "\u{0}",
    "\n",
    "\u{7f}",
    "\u{202E}",
    "\u{feff}",
    "😀",
    "r#type",
    "_",
    "1a",
    "a-b",
    "a b",
    "a.b",
    "a.b.c.d",
    "..",
    ".",
    "a[",
    "a[0]",
    "a[]",
    "a[?",
    "length(a)",
    "length(",
    "`",
    "`1`",
    "{",
    "}",
    "{}",
    "{{",
    "}}",
    "{a",
    "{a}",
    "{a+}",
    "{Region}",
    "{Region#a}",
    "{#}",
    "{url#isIp}",
    "/",
    "//",
    "/{a}",
    "/{a}/{a}",
    "/{a+}/{b+}",
    "/a?b=c",
    "?",
    "#",
    "a#",
    "#a",
    "$",
    "$$",
    "a#b$c",
    "%",
    "%zz",
    "\\",
    "\"",
    "'",
    "*/",
    "//",
    "(",
    "[",
    "(?=a)",
    "(a*)*b",
    "\\p{L}+",
    "((a{1000}){1000}){1000}",
    "[a-z]{0,4294967295}",
    "^$",
    "a{99999999999}",
    "\\",
    "GET",
    "get",
    "G T",
    "true",
    "false",
    "null",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "NaN",
    "sigv4",
    "2.0",
    "1.0",
    "client",
    "server",
    "date-time",
    "epoch-seconds",
    "http-date",
    "structure",
    "list",
    "map",
    "set",
    "union",
    "enum",
    "intEnum",
    "operation",
    "resource",
    "service",
    "apply",
    "blob",
    "bigDecimal",
    "document",
    "timestamp",
    "string",
    "endpoint",
    "tree",
    "error",
    "isSet",
    "getAttr",
    "coalesce",
    "ite",
    "SDK::Endpoint",
    "AWS::Region",
    "AWS::UseFIPS",
    "stringArray",
    "boolean",
    "success",
    "failure",
    "retry",
    "stringEquals",
    "content-type",
    "Content-Length",
    "host",
    "x-amz-",
    "application/json",
    "2014-02-30T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "<p>",
    "<b><i>",
    "</li><ul><dd>",
    "&#99999999;",
    "[a](b)",
    "```",
    "<a href=\"javascript:\">x</a>",
];

const ODD_IDS: &[&str] = &[
    "smithy.api#String",
    "smithy.api#Unit",
    "smithy.api#Blob",
    "smithy.api#Document",
    "smithy.api#Timestamp",
    "smithy.api#PrimitiveInteger",
    "smithy.api#BigDecimal",
    "smithy.api#Missing",
    "no#Such",
    "relative",
    "#",
    "a#",
    "a#b$c",
    "a.b#C",
    "smithy.api#Integer",
    "smithy.api#Boolean",
    "smithy.api#Double",
    "smithy.api#Long",
];
