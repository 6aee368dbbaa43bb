//! Where files lie: a folder of `DATA_DIR`, or a bucket of S3 or what speaks like it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path};

#[derive(Clone, Debug)]
pub struct Shelf(Arc<dyn ObjectStore>);

impl Shelf {
    /// `s3://bucket/folder`, with its keys in the environment as AWS names them; empty: `DATA_DIR/media`.
    pub fn open(url: &str, data_dir: &Path) -> anyhow::Result<Self> {
        let Some(rest) = url.strip_prefix("s3://") else {
            anyhow::ensure!(
                url.is_empty(),
                "MEDIA_URL must be s3://bucket/folder, or empty for a folder of DATA_DIR"
            );
            let folder = data_dir.join("media");
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
            return Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)));
        };
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build().context(
            "the bucket of MEDIA_URL cannot be used; set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )?;
        Ok(Self(Arc::new(PrefixStore::new(store, folder))))
    }

    pub async fn put(&self, at: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.0.put(&path::Path::parse(at)?, PutPayload::from(bytes)).await?;
        Ok(())
    }

    pub async fn delete(&self, at: &str) -> anyhow::Result<()> {
        Ok(self.0.delete(&path::Path::parse(at)?).await?)
    }

    pub async fn get(&self, at: &str) -> anyhow::Result<Vec<u8>> {
        Ok(self.0.get(&path::Path::parse(at)?).await?.bytes().await?.to_vec())
    }
}
