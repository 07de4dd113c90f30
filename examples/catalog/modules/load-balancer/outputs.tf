output "address" {
  description = "Where it answers."
  value       = "lb-${random_id.address.hex}.example.test"
}

output "ports" {
  description = "What it listens on."
  value       = [for listener in terraform_data.listener : listener.output.port]
}
