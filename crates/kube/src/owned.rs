//! Objects of ours, and only those: applied, put right, removed.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, Preconditions, PropagationPolicy};
use kube::{Api, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cluster::{Cluster, as_manager};
use crate::error::KubeError;
use crate::names::{APP, MANAGED_BY, MANAGER, selector};

/// The name under which fields are owned that others say from then on.
const SHARER: &str = "slipway-begin";

/// The kinds that a process, a route or a run is made of.
pub(crate) trait Kind:
    Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned
{
}

impl<K> Kind for K where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned
{
}

impl Cluster {
    /// Makes an object, or makes it what it shall be. Fields that it does not name stay what others say.
    ///
    /// # Errors
    /// When one of its name is there that is not of its app.
    pub(crate) async fn apply<K: Kind>(&self, object: &K) -> Result<K, KubeError> {
        let namespace = object.namespace().unwrap_or_default();
        let api: Api<K> = self.api(&namespace);
        let name = object.name_any();
        let what = named::<K>(&namespace, &name);
        if let Some(found) = self.ask(&what, api.get_metadata_opt(&name)).await? {
            if !is_of_same_app(&found.metadata, object.meta()) {
                return Err(KubeError::Foreign { what });
            }
            if found.metadata.deletion_timestamp.is_some() {
                return Err(KubeError::Conflict(format!("{what} is being removed")));
            }
        }
        // Forced: what we say of a field counts, whoever changed it.
        let (how, change) = (as_manager().force(), Patch::Apply(object));
        let applied = self.ask(&what, api.patch(&name, &how, &change)).await?;
        self.applied.note::<K>(applied.meta());
        Ok(applied)
    }

    /// Removes an object of the app; one that is gone is fine.
    ///
    /// # Errors
    /// When it is not the app's.
    pub(crate) async fn remove<K: Kind>(&self, namespace: &str, name: &str, app: &str) -> Result<(), KubeError> {
        let api: Api<K> = self.api(namespace);
        let what = named::<K>(namespace, name);
        let Some(found) = self.ask(&what, api.get_metadata_opt(name)).await? else {
            return Ok(());
        };
        if !is_of_app(&found.metadata, app) {
            return Err(KubeError::Foreign { what });
        }
        self.delete(&api, &found.metadata, &what).await
    }

    /// Removes every object of a kind that has all of these labels, among them the app's.
    pub(crate) async fn remove_all<K: Kind>(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<(), KubeError> {
        self.remove_those::<K>(namespace, labels, |_| true).await
    }

    /// Likewise, but only those that `is_meant`.
    pub(crate) async fn remove_those<K: Kind>(
        &self,
        namespace: &str,
        labels: &BTreeMap<String, String>,
        is_meant: impl Fn(&ObjectMeta) -> bool,
    ) -> Result<(), KubeError> {
        let api: Api<K> = self.api(namespace);
        let what = K::plural(&()).into_owned();
        let wanted = ListParams::default().labels(&selector(labels));
        let found = self.ask(&what, api.list_metadata(&wanted)).await?;
        for object in found.items.iter().filter(|object| is_meant(&object.metadata)) {
            self.delete(&api, &object.metadata, &what).await?;
        }
        Ok(())
    }

    /// Makes a namespace that is not there. One that is there belongs to whoever made it, and is used as it is.
    pub(crate) async fn apply_namespace(&self, name: &str) -> Result<(), KubeError> {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let what = format!("namespace {name}");
        match self.ask(&what, api.get_metadata_opt(name)).await {
            Ok(Some(found)) if found.metadata.deletion_timestamp.is_some() => {
                return Err(KubeError::Conflict(format!("the {what} is being removed")));
            }
            // Who may work in it may not be allowed to look at it.
            Ok(Some(_)) | Err(KubeError::Forbidden(_)) => return Ok(()),
            Ok(None) => {}
            Err(failed) => return Err(failed),
        }
        let namespace = Namespace {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                labels: Some(BTreeMap::from([
                    (MANAGED_BY.to_owned(), MANAGER.to_owned()),
                    // No unit gets at its machine.
                    ("pod-security.kubernetes.io/enforce".to_owned(), "baseline".to_owned()),
                ])),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        let (how, change) = (as_manager(), Patch::Apply(&namespace));
        self.ask(&what, api.patch(name, &how, &change)).await.map(drop)
    }

    /// Changes some fields of an object of the app.
    pub(crate) async fn change<K: Kind>(
        &self,
        namespace: &str,
        name: &str,
        app: &str,
        change: &serde_json::Value,
    ) -> Result<K, KubeError> {
        let api: Api<K> = self.api(namespace);
        let what = named::<K>(namespace, name);
        let found = self.ask(&what, api.get_metadata(name)).await?;
        if !is_of_app(&found.metadata, app) {
            return Err(KubeError::Foreign { what });
        }
        let by_us = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let changed: K = self.ask(&what, api.patch(name, &by_us, &Patch::Merge(change))).await?;
        self.applied.note::<K>(changed.meta());
        Ok(changed)
    }

    /// Says some fields of an object of the app in another name, so that they stay when we do not say them any more.
    pub(crate) async fn share<K: Kind>(
        &self,
        namespace: &str,
        name: &str,
        app: &str,
        fields: serde_json::Value,
    ) -> Result<K, KubeError> {
        let api: Api<K> = self.api(namespace);
        let what = named::<K>(namespace, name);
        let found = self.ask(&what, api.get_metadata(name)).await?;
        if !is_of_app(&found.metadata, app) {
            return Err(KubeError::Foreign { what });
        }
        let how = PatchParams::apply(SHARER).force();
        let changed: K = self.ask(&what, api.patch(name, &how, &Patch::Apply(fields))).await?;
        self.applied.note::<K>(changed.meta());
        Ok(changed)
    }

    /// Exactly the object that was looked at: another of its name stays.
    async fn delete<K: Kind>(&self, api: &Api<K>, found: &ObjectMeta, what: &str) -> Result<(), KubeError> {
        let name = found.name.clone().unwrap_or_default();
        let parameters = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions {
                uid: found.uid.clone(),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        match self.ask(what, api.delete(&name, &parameters)).await {
            Ok(_) | Err(KubeError::NotFound(_) | KubeError::Conflict(_)) => {
                self.applied.forget::<K>(found);
                Ok(())
            }
            Err(failed) => Err(failed),
        }
    }
}

fn named<K: Kind>(namespace: &str, name: &str) -> String {
    format!("{} {namespace}/{name}", K::kind(&()))
}

fn is_of_same_app(found: &ObjectMeta, wanted: &ObjectMeta) -> bool {
    let app = wanted.labels.as_ref().and_then(|labels| labels.get(APP));
    app.is_some_and(|app| is_of_app(found, app))
}

fn is_of_app(found: &ObjectMeta, app: &str) -> bool {
    let label = |name: &str| found.labels.as_ref()?.get(name).map(String::as_str);
    label(MANAGED_BY) == Some(MANAGER) && label(APP) == Some(app)
}
