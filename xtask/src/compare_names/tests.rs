use serde_json::json;

use super::*;

/// The crate that was emitted.
const EMITTED: [(&str, &str); 6] = [
    (
        "client/mod.rs",
        "impl Client { pub fn get_ip_address(&self) -> get_ip_address::GetIPAddressFluentBuilder { todo!() } \
         pub fn put_later(&self) -> put_later::PutLaterFluentBuilder { todo!() } }",
    ),
    (
        "client/get_ip_address.rs",
        "pub struct GetIPAddressFluentBuilder {} fluent_members!(GetIPAddressFluentBuilder, GetIpAddressInput { \
         optional string r#type set_type get_type \"Type\"; });",
    ),
    (
        "operation/get_ip_address.rs",
        "pub struct GetIpAddressInput { pub r#type: Option<String>, pub new: i32 } \
         pub struct GetIpAddressOutput { pub kind: Option<types::Kind>, pub count: i32, pub(crate) id: i32 } \
         pub enum GetIPAddressError { Gone(types::error::Gone) } \
         connect_protocol::operation_error!(GetIPAddressError { Gone is_gone });",
    ),
    ("types/error/_gone.rs", "pub struct Gone {}"),
    (
        "types/_kind.rs",
        "pub enum Kind { AB, Later } open_enum!(Kind { AB = \"a-b\", Later = \"later\" });",
    ),
    (
        "types/_point.rs",
        "pub struct Point { pub x: f64 } connect_protocol::builder!(Point, PointBuilder: Clone => plain { \
         required copy(f64) x set_x get_x \"x\" = 1.0; });",
    ),
];

/// The other crate. Its model has no `PutLater`, no `New` and no `later`.
const SDK: [(&str, &str); 7] = [
    (
        "client/get_ip_address.rs",
        "impl Client { pub fn get_ip_address(&self) \
         -> crate::operation::get_ip_address::builders::GetIPAddressFluentBuilder { todo!() } }",
    ),
    (
        "operation/get_ip_address.rs",
        "pub struct GetIPAddress; pub enum GetIPAddressError { Gone(crate::types::error::Gone) } \
         impl GetIPAddressError { pub fn is_gone(&self) -> bool { true } fn private(&self) {} }",
    ),
    (
        "operation/get_ip_address/builders.rs",
        "pub struct GetIPAddressFluentBuilder; impl GetIPAddressFluentBuilder { \
         pub fn r#type(self) -> Self { self } pub fn set_type(self) -> Self { self } \
         pub fn get_type(&self) -> &Option<String> { todo!() } }",
    ),
    (
        "operation/get_ip_address/_output.rs",
        "pub struct GetIpAddressInput { pub r#type: ::std::option::Option<::std::string::String> } \
         pub struct GetIpAddressOutput { pub kind_: ::std::option::Option<crate::types::Kind>, pub count: i64 }",
    ),
    ("types/error/_gone.rs", "pub struct Gone {}"),
    (
        "types/_kind.rs",
        "pub enum Kind { AB } impl Kind { pub fn as_str(&self) -> &str { match self { Kind::AB => \"a-b\" } } }",
    ),
    (
        "types/_point.rs",
        "pub struct Point { pub x: f64, pub y: f64, pub z: f64 } impl Point { pub fn x(&self) -> f64 { self.x } } \
         impl PointBuilder { pub fn x(self) -> Self { self } pub fn set_x(self) -> Self { self } \
         pub fn get_x(&self) -> &Option<f64> { &self.x } pub fn build(self) -> Point { todo!() } }",
    ),
];

/// The model of what was emitted; that of the other crate has `Point$z` too.
fn model() -> Value {
    json!({ "shapes": {
        "x#GetIPAddress": {
            "type": "operation",
            "input": { "target": "x#In" }, "output": { "target": "x#Out" }, "errors": [{ "target": "x#Gone" }],
        },
        "x#PutLater": { "type": "operation" },
        "x#In": { "type": "structure", "members": {
            "Type": { "target": "x#T" }, "New": { "target": "x#T" }, "Point": { "target": "x#Point" },
        } },
        "x#Out": { "type": "structure", "members": { "Kind": { "target": "x#Kind" }, "Count": { "target": "x#T" } } },
        "x#Gone": { "type": "structure", "members": {} },
        "x#Kind": { "type": "enum", "members": {
            "A_B": { "traits": { "smithy.api#enumValue": "a-b" } }, "later": {},
        } },
        "x#Point": { "type": "structure", "members": { "x": { "target": "x#T" }, "y": { "target": "x#T" } } },
    } })
}

fn compared(model: &Value, left_out: &[&str], emitted: &[(&str, &str)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    for (path, source) in SDK {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
    }
    let mut files = FileSet::default();
    for (path, source) in emitted {
        files.text(format!("{FOLDER}/{path}"), *source);
    }
    let left_out = left_out.iter().map(|&name| name.to_owned()).collect();
    compare(model, &files, &left_out, folder.path()).unwrap()
}

#[test]
fn equal_names_are_counted_and_others_reported_with_the_reason() {
    let report = compared(&model(), &[], &EMITTED);
    let differences: Vec<_> = report
        .differences
        .iter()
        .map(|it| (it.path.as_str(), it.kind, &it.reason))
        .collect();
    let is = Reason::Is {
        ours: "i32".to_owned(),
        theirs: "i64".to_owned(),
    };
    let output = "operation::get_ip_address::GetIpAddressOutput";
    assert_eq!(
        differences,
        [
            ("client::put_later", Kind::Operation, &Reason::OnlyOurs),
            (
                "operation::get_ip_address::GetIpAddressInput::new",
                Kind::Field,
                &Reason::OnlyOurs
            ),
            (&*format!("{output}::count"), Kind::Field, &is),
            (
                &*format!("{output}::kind"),
                Kind::Field,
                &Reason::Otherwise("kind_".to_owned())
            ),
            ("types::Kind::Later", Kind::Variant, &Reason::OnlyOurs),
            ("types::Kind::later", Kind::Value, &Reason::OnlyOurs),
            ("types::Point::y", Kind::Field, &Reason::NotEmitted),
        ]
    );
    assert!(!report.is_explained());
    let counts: Vec<_> = report.matches.into_iter().collect();
    assert_eq!(
        counts,
        [
            (Kind::Operation, 1),
            (Kind::Type, 7),
            (Kind::Field, 2),
            (Kind::Variant, 2),
            (Kind::Value, 1),
            (Kind::Method, 9),
        ]
    );
}

#[test]
fn what_is_left_out_is_not_expected() {
    let without: Vec<_> = EMITTED
        .into_iter()
        .filter(|(path, _)| path.starts_with("types/_kind"))
        .collect();
    let report = compared(&model(), &["GetIPAddress"], &without);
    assert!(report.is_explained(), "{report}");
    assert!(!compared(&model(), &[], &without).is_explained());
}

#[test]
fn what_cannot_be_read_is_named() {
    let mut files = FileSet::default();
    files.text("src/types/_a.rs", "pub struct");
    let error = compare(&model(), &files, &BTreeSet::new(), Path::new("nowhere"));
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("types/_a.rs: "), "{error}");
}
