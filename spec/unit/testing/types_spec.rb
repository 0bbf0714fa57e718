# frozen_string_literal: true

require_relative "testing_helper"
require "rbs"

# The types are read while this file loads: the native part of RBS crashes after a heap compaction, which an example may
# trigger.
RSpec.describe "sig/testing.rbs" do
  loader = RBS::EnvironmentLoader.new
  loader.add(path: Pathname(File.expand_path("../../../sig", __dir__)))
  %w[logger timeout uri].each { |library| loader.add(library:, version: nil) }
  builder = RBS::DefinitionBuilder.new(env: RBS::Environment.from_loader(loader).resolve_type_names)

  name_of = lambda do |type|
    *namespace, name = type.name.split("::")
    RBS::TypeName.new(name: name.to_sym, namespace: RBS::Namespace.parse(["", *namespace, ""].join("::")))
  end
  own_methods = lambda do |definition|
    definition.methods.select do |_, method|
      method.defs.any? { |types| types.implemented_in.to_s.start_with?("::Pusher::Testing") }
    end.keys
  end

  # Public methods marked as @api private.
  internal = { Pusher::Testing::Request => %i[replied failed] }

  testing = Pusher::Testing
  require "pusher/testing/assertions"
  [testing::Event, testing::Request, testing::WebhookRequest, testing::Matchers, testing::Matchers::HaveTriggered,
   testing::Matchers::PublishEvent, testing::Assertions].each do |type|
    typed = own_methods.call(builder.build_instance(name_of.call(type)))

    it "declares exactly the public methods of #{type}" do
      ours = type.ancestors.select { |ancestor| ancestor.name.to_s.start_with?("Pusher::Testing") }
      methods = ours.flat_map { |ancestor| ancestor.public_instance_methods(false) }.uniq
      expect(typed).to match_array(methods - [:inspect] - internal.fetch(type, []))
    end
  end

  typed = own_methods.call(builder.build_singleton(name_of.call(testing)))

  it "declares exactly the methods of the module" do
    expect(typed).to match_array(testing.singleton_class.public_instance_methods(false))
  end

  it "covers all public constants" do
    expect(testing.constants).to contain_exactly(:Event, :Request, :WebhookRequest, :Matchers, :Assertions)
  end
end
