//! What a model asks for that is not supported, so that it is reported instead of passed over.
//!
//! By a trait's [`Fate`], a single operation is left out ([`Lowering::unsupported`]) or a service goes without something
//! ([`Lowering::report`]).

use serde_json::Value;

use super::Lowering;
use crate::error::{Error, Place, bail};
use crate::model::ids::{self, Fate};
use crate::model::{self, HttpChecksum, Kind, Shape, Traits};

/// Services that need more than their model says, by their `sdkId`: what a caller has to do.
const BEYOND_THE_MODEL: [(&str, &str); 10] = [
    ("ApiGatewayManagementApi", ENDPOINT_OF_ITS_OWN),
    ("Bedrock", BEARER_TOKEN),
    ("Bedrock Runtime", BEARER_TOKEN),
    ("CloudSearch Domain", ENDPOINT_OF_ITS_OWN),
    (
        "Glacier",
        "add the header x-amz-glacier-version to every request, and x-amz-sha256-tree-hash to uploads",
    ),
    ("Kinesis Video Archived Media", ENDPOINT_OF_ITS_OWN),
    ("Kinesis Video Media", ENDPOINT_OF_ITS_OWN),
    ("Kinesis Video Signaling", ENDPOINT_OF_ITS_OWN),
    ("MediaStore Data", ENDPOINT_OF_ITS_OWN),
    ("neptunedata", ENDPOINT_OF_ITS_OWN),
];

const ENDPOINT_OF_ITS_OWN: &str = "set the endpoint: it is that of the API, domain, stream, container or cluster, as another service returns it";
const BEARER_TOKEN: &str =
    "set a token provider to use an API key: AWS_BEARER_TOKEN_BEDROCK is not read";

impl<'a> Lowering<'a> {
    /// What an operation needs that cannot be generated.
    pub(super) fn unsupported(
        &self,
        service: &Shape,
        shape: &Shape,
        operation: &model::Operation,
    ) -> Result<Option<String>, Error> {
        for id in [&operation.input, &operation.output].into_iter().flatten() {
            let message = self.shape(id)?;
            for member in message.kind.members() {
                let target = self.shape(&member.target)?;
                if target.traits.has(ids::STREAMING) && matches!(target.kind, Kind::Union(_)) {
                    let (message, target, id) = (&message.id, &target.id, ids::STREAMING);
                    let what = format!(
                        "{message}${} is an event stream ({id} on {target})",
                        member.name
                    );
                    return Ok(Some(what));
                }
            }
        }
        let not_supported = |id: &str| Ok(Some(format!("{id} is not supported")));
        if shape.traits.has(ids::OPERATION_CONTEXT_PARAMS) {
            return not_supported(ids::OPERATION_CONTEXT_PARAMS);
        }
        let checksum: Option<HttpChecksum> =
            shape.traits.read_object(ids::HTTP_CHECKSUM, &shape.id)?;
        let negotiated = checksum.is_some_and(|checksum| {
            checksum.request_algorithm_member.is_some()
                || checksum.request_validation_mode_member.is_some()
        });
        if negotiated {
            let id = ids::HTTP_CHECKSUM;
            return not_supported(&format!("the choice of a checksum by {id}"));
        }
        let discovered = shape.traits.get(ids::CLIENT_DISCOVERED_ENDPOINT);
        if discovered.is_some_and(|endpoint| endpoint["required"] == Value::Bool(true)) {
            return not_supported(ids::CLIENT_DISCOVERED_ENDPOINT);
        }
        let schemes = self.auth_schemes(service, shape)?;
        let possible = schemes.is_empty()
            || schemes.iter().any(|scheme| is_supported(scheme))
            || shape.traits.has(ids::OPTIONAL_AUTH);
        Ok((!possible)
            .then(|| format!("it can only be authenticated with {}", schemes.join(" or "))))
    }

    /// The ways to authenticate that an operation may use, best first: those that are stated, or all of the service's.
    pub(super) fn auth_schemes(
        &self,
        service: &Shape,
        shape: &Shape,
    ) -> Result<Vec<String>, Error> {
        for (holder, id) in [(shape, &shape.id), (service, &service.id)] {
            let stated: Option<Vec<String>> = holder.traits.read(ids::AUTH, id)?;
            let Some(stated) = stated else { continue };
            // Its trait says how to sign.
            let mut signing = stated.iter().filter(|scheme| is_supported(scheme));
            if let Some(other) = signing.find(|scheme| !service.traits.has(scheme)) {
                let place = Place::from(id).with_trait(ids::AUTH);
                bail!(place, "the service has no trait {other}");
            }
            return Ok(stated);
        }
        let schemes = service.traits.iter().map(|(id, _)| id);
        let schemes = schemes.filter(|id| is_supported(id) || self.is_unsupported_auth(id));
        Ok(schemes.map(str::to_owned).collect())
    }

    fn is_unsupported_auth(&self, id: &str) -> bool {
        ids::fate(id) == Fate::OtherAuth || self.defines(id, "smithy.api#authDefinition")
    }

    /// Whether the model defines a trait, and that carries another.
    fn defines(&self, id: &str, with: &str) -> bool {
        let definition = model::ShapeId::parse(id).and_then(|id| self.model.get(&id));
        definition.is_some_and(|shape| shape.traits.has(with))
    }

    /// Reports what the service and the shapes of the closure ask for that is not done.
    pub(super) fn report(
        &mut self,
        service: &'a Shape,
        operations: &[(&'a Shape, &'a model::Operation)],
    ) -> Result<(), Error> {
        let place = |id: &str| Place::from(&service.id).with_trait(id);
        let sdk_id = service
            .traits
            .get(ids::AWS_SERVICE)
            .and_then(|it| it["sdkId"].as_str());
        if let Some((_, what)) = BEYOND_THE_MODEL.iter().find(|(id, _)| Some(*id) == sdk_id) {
            let message = format!("the service needs more than its model says: {what}");
            self.warn(Error::new(&service.id, message));
        }
        for (id, _) in service.traits.iter() {
            if ids::fate(id) == Fate::OtherRules && !service.traits.has(ids::ENDPOINT_RULE_SET) {
                self.leave_out(
                    place(id),
                    format!(
                        "the trait is left out: without {} an endpoint must be set",
                        ids::ENDPOINT_RULE_SET
                    ),
                )?;
            } else if self.is_unsupported_auth(id) {
                self.leave_out(
                    place(id),
                    "the trait is left out: no request is authenticated this way",
                )?;
            }
        }
        self.report_unknown(service)?;
        for (shape, operation) in operations {
            self.report_unknown(shape)?;
            for id in [&operation.input, &operation.output].into_iter().flatten() {
                self.report_unknown(self.shape(id)?)?;
            }
        }
        let reached: Vec<&'a model::ShapeId> = self.usage.keys().copied().collect();
        for id in reached {
            self.report_unknown(self.shape(id)?)?;
        }
        Ok(())
    }

    /// Reports the traits of a shape and its members that the generator does not know.
    fn report_unknown(&mut self, shape: &'a Shape) -> Result<(), Error> {
        let model = self.model;
        let own = |id: &str| model::ShapeId::parse(id).is_some_and(|id| model.get(&id).is_some());
        let unknown = |traits: &'a Traits| {
            let ids = traits.iter().map(|(id, _)| id);
            ids.filter(|id| ids::fate(id) == Fate::Unknown && !own(id))
        };
        for id in unknown(&shape.traits) {
            self.leave_out(Place::from(&shape.id).with_trait(id), UNKNOWN)?;
        }
        for member in shape.kind.members() {
            for id in unknown(&member.traits) {
                self.leave_out(
                    Place::member(&shape.id, &member.name).with_trait(id),
                    UNKNOWN,
                )?;
            }
        }
        Ok(())
    }
}

const UNKNOWN: &str = "the trait is left out: the generator does not know it";

/// Whether requests can be authenticated this way.
fn is_supported(scheme: &str) -> bool {
    matches!(scheme, ids::SIGV4 | ids::HTTP_BEARER_AUTH)
}
