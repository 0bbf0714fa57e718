# frozen_string_literal: true

desc "Check the workflows of the forge with a linter, and run their commands that can run here"
task workflows: %w[packed:clear gem packed:this_ruby] do
  sh "rspec", "--options", "spec/workflows/.rspec", "spec/workflows"
end
