output "account_id" {
  description = "The account's number."
  value       = terraform_data.account.output.number
}

output "account_name" {
  description = "The account's name."
  value       = terraform_data.account.output.name
}
