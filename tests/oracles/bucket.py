"""The names of everything in a bucket, by Amazon's own SDK. In: the server's address and the bucket's name."""
import sys

import boto3

url, bucket = sys.stdin.read().split()
client = boto3.client("s3", endpoint_url=url, region_name="eu-west-2", aws_access_key_id="invented", aws_secret_access_key="invented")
for entry in client.list_objects_v2(Bucket=bucket).get("Contents", []):
    print(entry["Key"])
