output "bucket" {
  description = "The bucket's whole name."
  value       = terraform_data.bucket.output.bucket
}

output "access_key" {
  description = "Name of the key."
  value       = "AK${upper(random_id.bucket.hex)}"
}

output "secret_key" {
  description = "The key."
  value       = random_password.secret.result
  sensitive   = true
}
