//! What the model deprecates, the compiler warns of: an expectation without a warning does not compile.

use crate::Client;
use crate::operation::past::PastInput;

#[test]
fn what_the_model_deprecates_warns() {
    #[expect(deprecated)]
    let _ = Client::past;
    #[expect(deprecated)]
    let _ = |input: PastInput| input.old;
    #[expect(deprecated)]
    let _ = crate::types::OldPart::builder;
}
