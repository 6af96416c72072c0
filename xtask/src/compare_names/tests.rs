use super::*;

const MODEL: &str = r##"{ "smithy": "2.0", "shapes": {
    "x#GetIPAddress": {
        "type": "operation",
        "input": { "target": "x#In" },
        "output": { "target": "x#Out" },
        "errors": [{ "target": "x#Gone" }]
    },
    "x#In": { "type": "structure", "members": { "Type": { "target": "x#T" }, "New": { "target": "x#T" } } },
    "x#Out": { "type": "structure", "members": { "Kind": { "target": "x#Kind" } } },
    "x#Gone": { "type": "structure", "members": {}, "traits": { "smithy.api#error": "client" } },
    "x#Kind": { "type": "enum", "members": {
        "A_B": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "a-b" } },
        "UNKNOWN": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "unknown" } },
        "LATER": { "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": "later" } }
    } },
    "x#T": { "type": "string" },
    "x#Lost": { "type": "structure", "members": {} }
} }"##;

const SOURCES: [(&str, &str); 6] = [
    (
        "client/get_ip_address.rs",
        "impl Client { pub fn get_ip_address(&self) \
         -> crate::operation::get_ip_address::builders::GetIPAddressFluentBuilder { todo!() } }",
    ),
    (
        "operation/get_ip_address.rs",
        "pub struct GetIPAddress; pub enum GetIPAddressError { Gone(Gone) } \
         impl GetIPAddressError { pub fn is_gone(&self) -> bool { true } }",
    ),
    (
        "operation/get_ip_address/_input.rs",
        "pub struct GetIpAddressInput { pub r#type: Option<String> } \
         impl GetIpAddressInputBuilder { \
         pub fn set_type(mut self, input: Option<String>) -> Self { self } \
         pub fn get_type(&self) -> &Option<String> { &self.r#type } }",
    ),
    (
        "operation/get_ip_address/_output.rs",
        "pub struct GetIpAddressOutput { pub kind_: Option<Kind> }",
    ),
    ("types/error/_gone.rs", "pub struct Gone {}"),
    (
        "types/_kind.rs",
        "pub enum Kind { AB, Unknown(String) } \
         impl Kind { pub fn as_str(&self) -> &str { match self { \
         Kind::AB => \"a-b\", Kind::UnknownValue => \"unknown\", Kind::Unknown(value) => value } } }",
    ),
];

#[test]
fn equal_names_are_counted_and_others_explained() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.json");
    std::fs::write(&model, MODEL).unwrap();
    for (path, source) in SOURCES {
        let path = folder.path().join("src").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
    }
    let report = compare(&model, &folder.path().join("src")).unwrap();
    let differences: Vec<_> = report
        .differences
        .iter()
        .map(|d| (d.place.as_str(), d.expected.as_str(), &d.reason))
        .collect();
    let otherwise = Reason::Otherwise("kind_".to_owned());
    assert_eq!(
        differences,
        [
            ("GetIPAddress$New", "new", &Reason::NotInCrate),
            ("GetIPAddress$Kind", "kind", &otherwise),
            ("Kind$LATER", "Later", &Reason::NotInCrate),
            ("Lost", "Lost", &Reason::NotReached),
        ]
    );
    assert!(!report.is_explained());
    let counts: Vec<_> = report.matches.into_iter().collect();
    assert_eq!(
        counts,
        [
            ("builder methods", 2),
            ("enum variants", 2),
            ("error predicates", 1),
            ("error variants", 1),
            ("fields", 1),
            ("modules", 1),
            ("operations", 1),
            ("types", 6),
        ]
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.json");
    let error = compare(&model, folder.path()).unwrap_err().to_string();
    assert!(error.contains("model.json"), "{error}");
    std::fs::write(&model, "{}").unwrap();
    let error = compare(&model, folder.path()).unwrap_err().to_string();
    assert!(error.contains("no shapes"), "{error}");
}
