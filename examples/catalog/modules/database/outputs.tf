output "host" {
  description = "Where it answers."
  value       = terraform_data.database.output.host
}

output "port" {
  description = "On which port."
  value       = terraform_data.database.output.port
}

output "database" {
  description = "Name of the database."
  value       = terraform_data.database.output.name
}

output "username" {
  description = "The account for applications."
  value       = "application"
}

output "password" {
  description = "The password of that account."
  value       = random_password.application.result
  sensitive   = true
}

output "url" {
  description = "All of it as one address."
  value = format("%s://application:%s@%s:%d/%s", var.engine, random_password.application.result,
  terraform_data.database.output.host, terraform_data.database.output.port, terraform_data.database.output.name)
  sensitive = true
}
