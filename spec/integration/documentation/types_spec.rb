# frozen_string_literal: true

require "spec_helper"
require "pusher/authorization"
require "pusher/exclude_socket"
require "pusher/later"
require "pusher/webhooks"
require "rbs"

# The types in sig/, as RBS reads them.
module Types
  module_function

  def builder
    @builder ||= begin
      loader = RBS::EnvironmentLoader.new
      loader.add(path: Pathname(File.expand_path("../../../sig", __dir__)))
      %w[logger timeout uri].each { |library| loader.add(library:, version: nil) }
      RBS::DefinitionBuilder.new(env: RBS::Environment.from_loader(loader).resolve_type_names)
    end
  end

  def name_of(type)
    *namespace, name = type.name.split("::")
    RBS::TypeName.new(name: name.to_sym, namespace: RBS::Namespace.parse(["", *namespace, ""].join("::")))
  end

  # The methods that sig/ declares.
  def own_methods(definition)
    definition.methods.select do |_, method|
      method.defs.any? { |types| types.implemented_in.to_s.start_with?("::Pusher") }
    end.keys
  end

  def of_instances(type) = own_methods(builder.build_instance(name_of(type)))

  def of_module(type) = own_methods(builder.build_singleton(name_of(type)))
end

# The types are read while this file loads: the C code of RBS does not survive GC.compact, which an example may run.
RSpec.describe "sig/pusher.rbs" do
  internal = Pusher.const_get(:Internal)

  [Pusher::Client, Pusher::Channel, Pusher::WebHook, Pusher::Resource, Pusher::Request,
   Pusher::Signature::Token, Pusher::Signature::Request, Pusher::Error, Pusher::HTTPError, Pusher::BatchError,
   internal::HTTP::Client, internal::HTTP::TLSConfig, internal::HTTP::TLSConfig::CertStore, internal::HTTP::Reply,
   internal::HTTP::MiddlewareRequest, internal::HTTP::RequestHeaders,
   internal::Async::AsyncRequest, internal::Async::AsyncReply, Pusher::Authorization, Pusher::Webhooks,
   Pusher::ExcludeSocket, internal::Endpoints::Reply, internal::Later].each do |type|
    typed = Types.of_instances(type)

    it "declares the public methods of #{type} and no others" do
      ours = type.ancestors.select { |ancestor| ancestor.name.to_s.start_with?("Pusher") }
      methods = ours.flat_map { |ancestor| ancestor.public_instance_methods(false) }.uniq
      expect(typed - [:initialize]).to match_array(methods - [:inspect])
    end
  end

  typed = Types.of_module(Pusher)

  it "declares the methods of the module and no others" do
    expect(typed).to match_array(Pusher.singleton_class.public_instance_methods(false))
  end
end
