import { mount } from "svelte";
import Console from "./Console.svelte";
import "../styles/tokens.css";
import "../styles/base.css";
import "./console.css";

const target = document.getElementById("console");
if (target) mount(Console, { target });
