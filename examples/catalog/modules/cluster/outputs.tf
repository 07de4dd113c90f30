output "endpoint" {
  description = "Where the control plane answers."
  value       = "https://${random_id.cluster.hex}.clusters.example.test"
}

output "node_count" {
  description = "How many nodes there are in all."
  value       = sum([for pool in terraform_data.pool : pool.output.count])
}

output "token" {
  description = "Opens the control plane."
  value       = random_password.token.result
  sensitive   = true
}
