# frozen_string_literal: true

# The application's JSON engine, whichever of its names multi_json answers to.
module JsonEngineStub
  module_function

  def json_engine_and_method
    defined?(MultiJSON) && MultiJSON.respond_to?(:generate) ? [MultiJSON, :generate] : [MultiJson, :dump]
  end

  # Has the engine write this JSON for this very object, given to it alone.
  def stub_json_engine(object, json)
    engine, method = json_engine_and_method
    allow(engine).to receive(method).and_call_original
    allow(engine).to receive(method).with(be(object)).and_return(json)
  end

  # What the engine makes of an object.
  def json_of(object)
    engine, method = json_engine_and_method
    engine.public_send(method, object)
  end

  # What the engine raises for text that is no JSON.
  def json_parse_error
    json_engine_and_method.first::ParseError
  end
end
